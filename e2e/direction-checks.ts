import type { Page } from '@playwright/test'
import { expect } from './fixtures'

/**
 * Expects that the open page is laid out for a language that is written from right to left: everything is mirrored, and
 * addresses and codes keep their own direction.
 */
export async function expectMirrored(page: Page, what: string) {
  expect.soft(await page.evaluate(findUnmirrored), what).toEqual([])
}

/** Runs in the page, so it uses nothing from outside. Returns a description of each fault. */
function findUnmirrored(): string[] {
  const faults: string[] = []
  const root = document.documentElement
  if (root.dir !== 'rtl') return [`the page has the direction "${root.dir}"`]
  const name = (element: Element) =>
    `<${element.tagName.toLowerCase()}> "${(element.textContent?.trim() || element.id).slice(0, 40)}"`
  const elements = [...document.body.querySelectorAll<HTMLElement>('*')].filter(
    (element) => element.checkVisibility() && !element.closest('.sr-only, svg, [dir]'),
  )

  /** What is on the left and on the right of each element. */
  const read = () =>
    elements.map((element) => {
      const style = getComputedStyle(element)
      const left = [style.marginLeft, style.paddingLeft, style.borderLeftWidth, style.borderTopLeftRadius]
      const right = [style.marginRight, style.paddingRight, style.borderRightWidth, style.borderTopRightRadius]
      return { left: left.join(), right: right.join(), align: style.textAlign }
    })
  const mirrored = read()
  root.dir = 'ltr'
  const plain = read()
  root.dir = 'rtl'
  for (const [index, element] of elements.entries()) {
    const [before, after] = [plain[index], mirrored[index]] as const
    if (before?.left !== after?.right || before?.right !== after?.left) faults.push(`${name(element)} is not mirrored`)
    if (after?.align === 'left') faults.push(`${name(element)} is aligned to the left`)
  }

  const heading = document.querySelector('h1')
  if (heading?.firstChild) {
    const line = document.createRange()
    line.selectNodeContents(heading)
    const right = Math.max(...[...line.getClientRects()].map((part) => part.right))
    const gap = heading.getBoundingClientRect().right - right
    if (Math.abs(gap) > 1) faults.push(`the heading begins ${gap} px from the right edge`)
  }

  // An address without a direction of its own is torn apart by the text around it.
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const parent = node.parentElement as Element
    if (!/\S@\S|https?:\/\/|^\s*[\d ]{6,7}\s*$/.test(node.nodeValue ?? '') || !parent.checkVisibility()) continue
    if (parent.closest('script, style')) continue
    const { direction, unicodeBidi } = getComputedStyle(parent)
    if (direction !== 'ltr' && !/isolate|plaintext/.test(unicodeBidi)) {
      faults.push(`${name(parent)} does not keep its own direction`)
    }
  }
  for (const input of document.querySelectorAll('input')) {
    const isLatin = /^[\x21-\x7e]+$/.test(input.value)
    if (
      isLatin &&
      input.checkVisibility() &&
      !input.closest('.sr-only') &&
      getComputedStyle(input).direction !== 'ltr'
    ) {
      faults.push(`what is typed into ${name(input)} is written from right to left`)
    }
  }
  return faults
}
