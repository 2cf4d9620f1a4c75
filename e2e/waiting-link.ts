import type { Page } from '@playwright/test'

/** Leaves an opened link in the browser that it may use only later, as when its network has opened too many. */
export const holdWaitingLink = (page: Page) =>
  page
    .context()
    .addCookies([{ name: 'latchkey-reset', value: `${'x'.repeat(43)}~${Date.now() + 754_000}`, url: page.url() }])
