import fs from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from '@playwright/test'
import { expect } from './fixtures'

/** The narrowest window has the least space, so it is enough for `npm test`. */
const WIDTHS = process.env.TEST_ALL ? [320, 360] : [320]

/**
 * The extremes of some fifty Latin fonts from Debian and npm, by the average width of a character in the catalogue:
 * 0.27 em and 0.79 em. DejaVu Sans has 0.50 em, and the widest one found in Debian 0.75 em.
 */
const FONTS = { narrow: 'sofia-sans-extra-condensed', wide: 'lexend-zetta' } as const

/** The machine's own font and the two extremes, as CSS. */
const TYPEFACES = {
  'default font': '',
  'narrow font': '* { font-family: "narrow" !important }',
  'wide font': '* { font-family: "wide" !important }',
}
/** How a person may set text, as CSS. */
const TEXT = {
  'text as designed': '',
  // https://www.w3.org/TR/WCAG22/#text-spacing
  'WCAG 1.4.12 spacing':
    '* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-bottom: 2em !important }',
  'text at 200 %': 'html { font-size: 200% !important }',
}

const { resolve } = createRequire(import.meta.url)
const fontFiles = Object.entries(FONTS).flatMap(([family, font]) =>
  ['400', '700'].map((weight) => ({
    family,
    weight,
    base64: fs.readFileSync(resolve(`@fontsource/${font}/files/${font}-latin-${weight}-normal.woff2`), 'base64'),
  })),
)

/** Every font with every text setting. */
const SETTINGS = Object.entries(TYPEFACES).flatMap(([typeface, typefaceCss], row) =>
  Object.entries(TEXT).map(([text, textCss], column) => ({
    name: `${typeface}, ${text}`,
    css: `${typefaceCss}\n${textCss}`,
    third: (row + column) % 3,
  })),
)

/**
 * Expects the layout of the open page to hold at each width, with each font and each text setting: nothing scrolls
 * sideways, no text is clipped or overlaps, and every link, button and input can be reached.
 * @param third 0, 1 or 2: only a third of the settings, in which each font and each text setting occurs once
 */
export async function expectLayoutHolds(page: Page, state: string, third?: number) {
  await page.evaluate(addFonts, fontFiles)
  const settings = SETTINGS.filter((setting) => third === undefined || setting.third === third)
  const before = page.viewportSize()
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 })
    const faults = await page.evaluate(findFaults, settings)
    expect.soft(faults, `${state}, ${width} px wide`).toEqual([])
  }
  if (before) await page.setViewportSize(before)
}

/** Runs in the page. Adds the fonts as bytes, which need no permission from the page's policy. */
async function addFonts(fonts: typeof fontFiles) {
  if ([...document.fonts].some(({ family }) => family === 'wide')) return
  for (const { family, weight, base64 } of fonts) {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
    document.fonts.add(await new FontFace(family, bytes, { weight }).load())
  }
}

/** Runs in the page, so it uses nothing from outside. Returns a description of each fault. */
function findFaults(settings: { name: string; css: string }[]): string[] {
  const faults: string[] = []
  // The page's policy does not apply to such a sheet.
  const sheet = new CSSStyleSheet()
  document.adoptedStyleSheets = [sheet]
  let setting = ''
  const report = (fault: string) => faults.push(`${setting}: ${fault}`)
  const name = (element: Element) =>
    `<${element.tagName.toLowerCase()}> "${(element.textContent?.trim() || element.getAttribute('aria-label') || element.id).slice(0, 40)}"`
  const isShown = (element: Element) =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
    !element.closest('.sr-only, script, style')

  function checkWidths(width: number) {
    const overflow = document.documentElement.scrollWidth - width
    if (overflow > 0) report(`the page scrolls sideways by ${overflow} px`)
    for (const element of document.body.querySelectorAll('*')) {
      if (element.scrollWidth <= element.clientWidth + 1 || element instanceof HTMLInputElement) continue
      if (isShown(element) && getComputedStyle(element).overflowX !== 'visible') {
        report(`${name(element)} clips its content`)
      }
    }
  }

  /** Each line of text has to be inside the window and inside its own box, and may not overlap another one. */
  function checkText(width: number) {
    const lines: { text: string; left: number; right: number; top: number; bottom: number }[] = []
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = texts.nextNode(); node; node = texts.nextNode()) {
      const parent = node.parentElement
      const text = node.nodeValue?.trim().slice(0, 40)
      if (!text || !parent || !isShown(parent)) continue
      let box = parent
      while (getComputedStyle(box).display === 'inline' && box.parentElement) box = box.parentElement
      const edges = box.getBoundingClientRect()
      const fontSize = Number.parseFloat(getComputedStyle(parent).fontSize)
      const range = document.createRange()
      range.selectNodeContents(node)
      for (const { left, right, top: lineTop, bottom: lineBottom } of range.getClientRects()) {
        if (right - left < 2) continue
        // Fonts reserve more space above and below than letters use.
        const middle = (lineTop + lineBottom) / 2
        const [top, bottom] = [middle - 0.35 * fontSize, middle + 0.35 * fontSize]
        if (left < -0.5 || right > width + 0.5) report(`${name(box)} leaves the window`)
        const inside = left > edges.left - 1 && right < edges.right + 1 && top >= edges.top && bottom <= edges.bottom
        if (!inside) report(`${name(box)} leaves its box`)
        lines.push({ text, left: left + 1, right: right - 1, top, bottom })
      }
    }
    for (const [index, one] of lines.entries()) {
      for (const other of lines.slice(index + 1)) {
        const beside = one.right <= other.left || other.right <= one.left
        const below = one.bottom <= other.top || other.bottom <= one.top
        if (!beside && !below) report(`"${one.text}" overlaps "${other.text}"`)
      }
    }
  }

  function checkControls(width: number) {
    for (const control of document.body.querySelectorAll('a, button, input')) {
      if (!isShown(control)) continue
      control.scrollIntoView({ block: 'center', behavior: 'instant' })
      const edges = control.getClientRects()[0] ?? new DOMRect()
      if (edges.width < 24 || edges.height < 16) report(`${name(control)} is too small to press`)
      if (edges.left < 0 || edges.right > width + 0.5) report(`${name(control)} leaves the window`)
      const hit = document.elementFromPoint((edges.left + edges.right) / 2, (edges.top + edges.bottom) / 2)
      if (!hit || !control.contains(hit)) report(`${name(control)} is covered by ${hit ? name(hit) : 'nothing'}`)
    }
  }

  for (const { name, css } of settings) {
    setting = name
    sheet.replaceSync(css)
    const width = document.documentElement.clientWidth
    checkWidths(width)
    checkText(width)
    checkControls(width)
  }
  document.adoptedStyleSheets = []
  window.scrollTo(0, 0)
  return faults
}
