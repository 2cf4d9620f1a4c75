import { converter, formatHex, toGamut, wcagContrast } from 'culori'

/**
 * The colours that follow from the brand's one colour. Adjusting a colour changes its lightness in OKLCH, and keeps its
 * hue; its chroma changes only where sRGB has no such colour. Contrast is that of WCAG 2.2, as a ratio from 1 to 21.
 */

/** Latchkey's own colour. */
export const DEFAULT_COLOR = '#1b5a4b'

export type Mode = 'light' | 'dark'

/** The backgrounds of `app/globals.css` on which the brand's colours are used. A test compares the two. */
export const BACKGROUNDS: Record<Mode, Record<string, string>> = {
  light: {
    paper: '#f6f4ee',
    surface: '#ffffff',
    sunken: '#f4f1e9',
    'problem-wash': '#fcf0ee',
    'success-wash': '#eaf4f0',
  },
  dark: {
    paper: '#111514',
    surface: '#191f1d',
    sunken: '#222927',
    'problem-wash': '#2d1c1c',
    'success-wash': '#182a24',
  },
}

/** All as `#rrggbb`. */
export interface AccentColors {
  /** Links, and lines that carry meaning: at least 4.5:1 on every background. */
  text: string
  /** A link under the pointer. */
  textHover: string
  /** The inside of a button: the brand's own colour, unless it is too dark for a dark page. */
  fill: string
  /** The inside of a button under the pointer. */
  fillHover: string
  /** Text on a button: at least 4.5:1 on `fill` and `fillHover`. */
  onFill: string
  /** The border of a button: at least 3:1 on every background. */
  edge: string
  /** The focus ring: at least 3:1 on every background. */
  focus: string
}

/** The least contrast of text (WCAG 1.4.3). */
export const TEXT_CONTRAST = 4.5
/** The least contrast of borders and focus rings (WCAG 1.4.11). */
export const OUTLINE_CONTRAST = 3
/** The contrast of text on dark pages. 4.5:1 is hard to read there, and a lighter colour still suits the brand. */
const DARK_TEXT_CONTRAST = 7

const HOVER_STEP = 0.07
const SEARCH_STEP = 0.004
const BLACKS = ['#111111', '#000000'] as const
const WHITE = '#ffffff'

const inOklch = converter('oklch')
const inSrgb = toGamut('rgb', 'oklch')

const lightnessOf = (color: string): number => inOklch(color)?.l ?? 0

/** The colour with another lightness, from 0 to 1. */
const atLightness = (color: string, lightness: number): string =>
  formatHex(inSrgb({ ...inOklch(color), mode: 'oklch', l: Math.min(1, Math.max(0, lightness)) } as never))

/** The smallest contrast of a colour with any of the backgrounds. */
export const leastContrast = (color: string, backgrounds: string[]): number =>
  Math.min(...backgrounds.map((background) => wcagContrast(color, background)))

/** The colour, or the nearest lightness of it that has the contrast: darker on light pages, lighter on dark ones. */
function withContrast(color: string, mode: Mode, contrast: number): string {
  const backgrounds = Object.values(BACKGROUNDS[mode])
  const step = mode === 'light' ? -SEARCH_STEP : SEARCH_STEP
  let adjusted = color
  for (let at = lightnessOf(color); leastContrast(adjusted, backgrounds) < contrast; at += step)
    adjusted = atLightness(color, at)
  return adjusted
}

/** The text colour for a fill. One of white and black has at least 4.58:1 on any colour. */
const textOn = (fill: string): string =>
  [WHITE, ...BLACKS].find((text) => wcagContrast(text, fill) >= TEXT_CONTRAST) ?? BLACKS[1]

/** The fill under the pointer: away from its text, unless it is almost white or black already. */
function hoverOf(fill: string, text: string): string {
  const lightness = lightnessOf(fill)
  const away = text === WHITE ? -HOVER_STEP : HOVER_STEP
  const target = lightness + away
  return atLightness(fill, target < 0 || target > 1 ? lightness - away : target)
}

/**
 * Derives every colour that pages and emails use.
 * @param color the brand's colour as `#rrggbb`
 */
export function deriveColors(color: string): Record<Mode, AccentColors> {
  const inMode = (mode: Mode): AccentColors => {
    const text = withContrast(color, mode, mode === 'light' ? TEXT_CONTRAST : DARK_TEXT_CONTRAST)
    const edge = withContrast(color, mode, OUTLINE_CONTRAST)
    // A pale button on a light page has a border, and keeps its colour. A dark one on a dark page would look disabled.
    const fill = mode === 'light' ? color : edge
    const onFill = textOn(fill)
    return {
      text,
      textHover: atLightness(text, lightnessOf(text) + (mode === 'light' ? -HOVER_STEP : HOVER_STEP)),
      fill,
      fillHover: hoverOf(fill, onFill),
      onFill,
      edge,
      focus: text,
    }
  }
  return { light: inMode('light'), dark: inMode('dark') }
}

/** A warning about a colour that is too pale for text. */
export interface ColorWarning {
  /** The contrast of the colour as it was set, as a ratio to 1. */
  before: number
  /** The colour that is used instead, and its contrast. */
  used: string
  after: number
}

/**
 * The warning about a colour that is adjusted for text on light pages, or null if it is used as it is. On dark pages a
 * colour that suits light ones is always adjusted, so no warning is given.
 */
export function colorWarning(color: string): ColorWarning | null {
  const backgrounds = Object.values(BACKGROUNDS.light)
  const before = leastContrast(color, backgrounds)
  if (before >= TEXT_CONTRAST) return null
  const used = deriveColors(color).light.text
  return { before, used, after: leastContrast(used, backgrounds) }
}
