import { readFile } from 'node:fs/promises'
import { converter, wcagContrast } from 'culori'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BACKGROUNDS, colorWarning, DEFAULT_COLOR, deriveColors, leastContrast, type Mode } from './colors'

const MODES: Mode[] = ['light', 'dark']
const anyColor = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, '0')}`)
const KNOWN = ['#000000', '#ffffff', '#777777', '#ffd600', '#ff0000', '#00ff00', '#0000ff', '#00ffff', DEFAULT_COLOR]
const oklch = converter('oklch')

/** Runs a check for well-known colours, then for random ones. */
const forColors = (check: (color: string) => void) =>
  fc.assert(
    fc.property(anyColor, (color) => void check(color)),
    { numRuns: process.env.TEST_ALL ? 300 : 100, examples: KNOWN.map((color) => [color] as [string]) },
  )

describe('the colours derived from any colour', () => {
  it('are #rrggbb', () => {
    forColors((color) => {
      const derived = deriveColors(color)
      for (const mode of MODES)
        for (const value of Object.values(derived[mode])) expect(value).toMatch(/^#[0-9a-f]{6}$/)
    })
  })

  it('have at least 4.5:1 as text on every background', () => {
    forColors((color) => {
      const derived = deriveColors(color)
      for (const mode of MODES) {
        const backgrounds = Object.values(BACKGROUNDS[mode])
        expect(leastContrast(derived[mode].text, backgrounds)).toBeGreaterThanOrEqual(4.5)
        expect(leastContrast(derived[mode].textHover, backgrounds)).toBeGreaterThanOrEqual(4.5)
      }
    })
  })

  it('have at least 4.5:1 between a button and its text, under the pointer too', () => {
    forColors((color) => {
      const derived = deriveColors(color)
      for (const mode of MODES) {
        const { fill, fillHover, onFill } = derived[mode]
        expect(wcagContrast(onFill, fill)).toBeGreaterThanOrEqual(4.5)
        expect(wcagContrast(onFill, fillHover)).toBeGreaterThanOrEqual(4.5)
        expect(fillHover).not.toBe(fill)
      }
    })
  })

  it('have at least 3:1 as border and focus ring on every background', () => {
    forColors((color) => {
      const derived = deriveColors(color)
      for (const mode of MODES) {
        const backgrounds = Object.values(BACKGROUNDS[mode])
        expect(leastContrast(derived[mode].edge, backgrounds)).toBeGreaterThanOrEqual(3)
        expect(leastContrast(derived[mode].focus, backgrounds)).toBeGreaterThanOrEqual(3)
      }
    })
  })

  it('keep the hue, as far as sRGB has it', () => {
    for (const color of ['#ffd600', '#1b5a4b', '#635bff', '#e50914']) {
      const hue = oklch(color)?.h ?? 0
      const derived = deriveColors(color)
      for (const mode of MODES) expect(Math.abs((oklch(derived[mode].text)?.h ?? 0) - hue)).toBeLessThan(12)
    }
  })

  it('leave a button in the colour itself on light pages', () => {
    forColors((color) => expect(deriveColors(color).light.fill).toBe(color))
  })
})

describe('a colour', () => {
  it('that is dark enough is used as it is, without a warning', () => {
    expect(deriveColors(DEFAULT_COLOR).light).toMatchObject({ text: DEFAULT_COLOR, edge: DEFAULT_COLOR })
    expect(colorWarning(DEFAULT_COLOR)).toBeNull()
  })

  it('that is too pale has a warning with the contrast before and after', () => {
    const warning = colorWarning('#ffd600')
    expect(warning?.before).toBeCloseTo(1.25, 1)
    expect(warning?.used).toBe(deriveColors('#ffd600').light.text)
    expect(warning?.after).toBeGreaterThanOrEqual(4.5)
    expect(warning?.after).toBeLessThan(4.8)
  })
})

describe('the backgrounds', () => {
  it('are those of the pages', async () => {
    const [light = '', dark = ''] = (await readFile('app/globals.css', 'utf8')).split(
      '@media (prefers-color-scheme: dark)',
    )
    const colorIn = (css: string, name: string) => new RegExp(`--color-${name}: (#[0-9a-f]{6});`).exec(css)?.[1]
    for (const [mode, css] of [
      ['light', light],
      ['dark', dark],
    ] as const)
      for (const [name, value] of Object.entries(BACKGROUNDS[mode])) expect(colorIn(css, name), name).toBe(value)
  })
})
