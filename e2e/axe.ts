import { expect, type Page } from '@playwright/test'
import axe from 'axe-core'

/** Each theme has its own width. */
const SETTINGS = [
  { colorScheme: 'light', size: { width: 360, height: 740 } },
  { colorScheme: 'dark', size: { width: 1280, height: 800 } },
] as const

/** `npm run test:all` takes every setting, and `npm test` one for each state: which one depends on the name alone. */
function settingsOf(state: string): readonly (typeof SETTINGS)[number][] {
  if (process.env.TEST_ALL) return SETTINGS
  const sum = [...state].reduce((total, character) => total + character.charCodeAt(0), 0)
  return SETTINGS.filter((_, index) => index === sum % SETTINGS.length)
}

/** Expects no violation of any rule of axe, and no sideways scrolling, narrow and light or wide and dark. */
export async function expectAccessible(page: Page, state: string) {
  for (const { colorScheme, size } of settingsOf(state)) {
    await page.setViewportSize(size)
    await page.emulateMedia({ colorScheme })
    const what = `${state}, ${size.width} px wide, ${colorScheme}`
    expect(await findViolations(page), what).toEqual([])
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    expect(overflow, `${what}: scrolls sideways`).toBeLessThanOrEqual(0)
  }
}

/** Expects no violation of any rule of axe as the page is shown now. */
export async function expectNoViolation(page: Page, what: string) {
  expect.soft(await findViolations(page), what).toEqual([])
}

/** One line for each violation. Axe is loaded once per document: loading it takes longer than running it. */
async function findViolations(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source)
  return page.evaluate(async () => {
    const { axe: loaded } = window as unknown as { axe: typeof axe }
    // Axe cannot look into the frame of an email, which runs no script.
    const { violations } = await loaded.run({ exclude: ['iframe'] }, { iframes: false, resultTypes: ['violations'] })
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`)
  })
}
