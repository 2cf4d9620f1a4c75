import type { Page } from '@playwright/test'
import { expect } from './fixtures'

/** A window of 1280 × 1024 px at 400 %: https://www.w3.org/TR/WCAG22/#reflow */
export const ZOOMED = { width: 320, height: 256 }

/**
 * Expects that every control of the open page can be reached and seen at 400 %: with the focus it is in the window, nothing
 * covers it, and its ring stands out.
 * @param forced the page is shown in forced colours. Then borders, icons, the choice of a switch and buttons that cannot
 *   be pressed must still be told from the rest
 */
export async function expectControlsVisible(page: Page, what: string, { forced }: { forced: boolean }) {
  await page.setViewportSize(ZOOMED)
  // From now on the browser marks the focus as it does for the keyboard.
  await page.keyboard.press('Tab')
  expect.soft(await page.evaluate(findHidden, { forced }), what).toEqual([])
}

/** Runs in the page, so it uses nothing from outside. Returns a description of each fault. */
async function findHidden({ forced }: { forced: boolean }): Promise<string[]> {
  const faults = new Set<string>()
  const name = (element: Element) =>
    `<${element.tagName.toLowerCase()}> "${(element.textContent?.trim() || element.getAttribute('aria-label') || element.id).slice(0, 40)}"`
  const isShown = (element: Element) =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !element.closest('.sr-only')
  const shown = (selector: string) => [...document.body.querySelectorAll<HTMLElement>(selector)].filter(isShown)

  const painter = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', {
    willReadFrequently: true,
  }) as CanvasRenderingContext2D
  /** Red, green, blue and opacity, each up to 255, of colours in any notation, each painted over the one before. */
  function channels(...colors: string[]) {
    painter.clearRect(0, 0, 1, 1)
    for (const color of colors) {
      painter.fillStyle = color
      painter.fillRect(0, 0, 1, 1)
    }
    return [...painter.getImageData(0, 0, 1, 1).data] as [number, number, number, number]
  }
  function luminance(...colors: string[]) {
    const [red, green, blue] = channels(...colors).map((value) => {
      const share = value / 255
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    }) as [number, number, number]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  /** https://www.w3.org/TR/WCAG22/#non-text-contrast */
  function stands(color: string, against: string) {
    const [dark, light] = [luminance(against, color), luminance(against)].sort((one, other) => one - other) as [
      number,
      number,
    ]
    return (light + 0.05) / (dark + 0.05) >= 3
  }
  function backgroundOf(element: Element | null): string {
    for (let box = element; box; box = box.parentElement) {
      const color = getComputedStyle(box).backgroundColor
      if (channels(color)[3] === 255) return color
    }
    return forced ? 'Canvas' : 'white'
  }
  const behind = (element: Element) => backgroundOf(element.parentElement)

  /** The control itself, what it is framed by, or the boxes of the code. */
  const framesOf = (control: Element) => [
    control,
    ...(control instanceof HTMLInputElement && control.parentElement ? [control.parentElement] : []),
    ...(control.closest('[data-input-otp-container]')?.querySelectorAll('[aria-hidden] > *') ?? []),
  ]
  const hasRing = (element: Element) => {
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(element)
    return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2 && stands(outlineColor, behind(element))
  }

  async function checkFocus(control: HTMLElement) {
    control.focus()
    const hasFocusRing = () => framesOf(control).some(hasRing)
    // The script of the page draws the boxes of the code.
    for (let frames = 0; frames < 60 && !hasFocusRing(); frames++) await new Promise(requestAnimationFrame)
    if (document.activeElement !== control) faults.add(`${name(control)} does not take the focus`)
    const { left, right, top, bottom } = control.getBoundingClientRect()
    const [x, y] = [
      (Math.max(left, 0) + Math.min(right, window.innerWidth)) / 2,
      (Math.max(top, 0) + Math.min(bottom, window.innerHeight)) / 2,
    ]
    const hit = document.elementFromPoint(x, y)
    if (top < 0 || (bottom > window.innerHeight && bottom - top < window.innerHeight)) {
      faults.add(`${name(control)} is partly outside of the window although it has the focus`)
    } else if (!hit || !(control.contains(hit) || hit.contains(control))) {
      faults.add(`${name(control)} is covered by ${hit ? name(hit) : 'nothing'} although it has the focus`)
    }
    if (!hasFocusRing()) faults.add(`${name(control)} has no visible focus ring`)
  }

  const sides = ['Top', 'Right', 'Bottom', 'Left'] as const
  /** A border on every side that stands out from what is around the element. */
  const hasBorder = (element: Element) => {
    const style = getComputedStyle(element)
    return sides.every(
      (side) =>
        style[`border${side}Style`] !== 'none' &&
        Number.parseFloat(style[`border${side}Width`]) >= 1 &&
        stands(style[`border${side}Color`], behind(element)),
    )
  }
  const isUnderlined = (element: Element) => getComputedStyle(element).textDecorationLine.includes('underline')
  const isInert = (button: Element) =>
    button.getAttribute('aria-disabled') === 'true' || (button instanceof HTMLButtonElement && button.disabled)

  function checkForced() {
    const gray = channels('GrayText').join()
    for (const button of shown('button')) {
      if (!hasBorder(button) && !isUnderlined(button)) faults.add(`${name(button)} does not look like a button`)
      const looksInert = channels(getComputedStyle(button).color).join() === gray
      const isBusy = button.getAttribute('aria-busy') === 'true'
      if (looksInert !== (isInert(button) && !isBusy)) {
        faults.add(`${name(button)} ${looksInert ? 'looks as if it could not' : 'looks as if it could'} be pressed`)
      }
    }
    for (const link of shown('a')) {
      const isLeading = link.querySelector('svg, img') !== null || link.ariaCurrent !== null
      const marks = [link, ...link.children].some((part) => isUnderlined(part) || hasBorder(part))
      if (!marks && !isLeading) faults.add(`${name(link)} does not look like a link`)
    }
    for (const input of shown('input, select')) {
      const frames = framesOf(input)
      const boxes = frames.length > 2 ? frames.slice(2) : []
      const isFramed = boxes.length > 0 ? boxes.every(hasBorder) : frames.some(hasBorder)
      if (!isFramed) faults.add(`${name(input)} has no visible border`)
    }
    for (const current of shown('[aria-current]')) {
      const other = [...(current.parentElement?.children ?? [])].find((sibling) => sibling.ariaCurrent === null)
      const look = (element: Element) => {
        const { fontWeight, textDecorationLine } = getComputedStyle(element)
        return `${fontWeight} ${textDecorationLine}`
      }
      if (other && look(other) === look(current)) faults.add(`${name(current)} does not look chosen`)
    }
    for (const icon of shown('svg')) {
      const isSeen = [...icon.querySelectorAll('path, circle, rect, text')].some((shape) => {
        const { stroke, fill } = getComputedStyle(shape)
        return [stroke, fill].some((color) => color !== 'none' && stands(color, backgroundOf(icon)))
      })
      if (!isSeen) faults.add(`an icon in ${name(icon.parentElement as Element)} cannot be seen`)
    }
  }

  for (const control of shown('a[href], button, input, select')) {
    if (control.tabIndex >= 0 && !(control instanceof HTMLButtonElement && control.disabled)) await checkFocus(control)
  }
  if (forced) checkForced()
  window.scrollTo(0, 0)
  return [...faults]
}
