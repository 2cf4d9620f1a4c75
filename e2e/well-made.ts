import type { Page } from '@playwright/test'
import { expectAccessible, expectNoViolation } from './axe'
import { expectMirrored } from './direction-checks'
import { expectLayoutHolds } from './layout-checks'
import { expectControlsVisible } from './visible-controls'

/**
 * Expects that the page is accessible, and that its layout holds with any font and text size.
 * @param third as of `expectLayoutHolds`
 */
export async function expectWellMade(page: Page, state: string, third?: number) {
  await expectLayoutHolds(page, state, third)
  await expectAccessible(page, state)
}

/**
 * Expects that the page can be used with the keyboard at 400 %, also in forced colours, and that it is mirrored if its
 * language is written from right to left. The page is not opened again: only its window and its media change.
 */
export async function expectUsableByAll(page: Page, state: string, colorSchemes: readonly ('light' | 'dark')[]) {
  if ((await page.locator('html').getAttribute('dir')) === 'rtl') await expectMirrored(page, state)
  for (const colorScheme of colorSchemes) {
    await page.emulateMedia({ colorScheme })
    await expectControlsVisible(page, `${state}, at 400 %, ${colorScheme}`, { forced: false })
    await page.emulateMedia({ colorScheme, forcedColors: 'active' })
    await expectControlsVisible(page, `${state}, at 400 %, ${colorScheme}, forced colours`, { forced: true })
    await expectNoViolation(page, `${state}, at 400 %, ${colorScheme}, forced colours`)
    await page.emulateMedia({ colorScheme, forcedColors: 'none' })
  }
}
