import type { Page } from '@playwright/test'
import { expectAccessible } from './axe'
import { expectLayoutHolds } from './layout-checks'

/** Expects that the page is accessible, and that its layout holds with any font and text size. */
export async function expectWellMade(page: Page, state: string) {
  await expectLayoutHolds(page, state)
  await expectAccessible(page, state)
}
