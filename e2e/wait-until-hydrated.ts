import type { Page } from '@playwright/test'
import { expect } from './fixtures'

/**
 * Waits until React has attached itself to every control of the page, so that its scripts have run. React marks each
 * element that it hydrates with a property.
 */
export async function waitUntilHydrated(page: Page): Promise<void> {
  const untouched = () =>
    page.evaluate(() =>
      [...document.querySelectorAll('a, button, select, input:not([type=hidden])')]
        .filter((control) => !Object.keys(control).some((name) => name.startsWith('__reactProps$')))
        .map((control) => control.outerHTML.slice(0, 100)),
    )
  await expect.poll(untouched, { message: 'controls that are not hydrated', timeout: 60_000 }).toEqual([])
}
