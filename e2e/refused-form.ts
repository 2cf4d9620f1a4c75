import { expect, type Page } from '@playwright/test'
import { NEW_PASSWORD, type TestAccount } from './accounts'
import { readResetEmail } from './mailbox'
import { choosePassword, expectHeading, openCodePage } from './page-actions'
import { words } from './words'

/** Leaves an opened link in the browser that it may use only later, as when its network has opened too many. */
export const holdWaitingLink = (page: Page) =>
  page
    .context()
    .addCookies([{ name: 'latchkey-reset', value: `${'x'.repeat(43)}~${Date.now() + 754_000}`, url: page.url() }])

/**
 * Sends a form whose browser holds another secret by then, and reloads it with a link that has to wait.
 * @param check called with each of the two states
 */
export async function visitRefusedForm(
  page: Page,
  account: TestAccount,
  check: (page: Page, state: string) => Promise<void>,
): Promise<void> {
  await openCodePage(page, account.email)
  await page.goto((await readResetEmail(account)).link)
  await page.context().clearCookies()
  await choosePassword(page, NEW_PASSWORD)
  await expect(page.getByText(words('errors.secret-changed'))).toBeVisible()
  await check(page, 'new password, another link was opened')
  await holdWaitingLink(page)
  await page.getByRole('button', { name: words('retry.reload') }).click()
  await expectHeading(page, words('refusedLink.too-many-requests.title'))
  await check(page, 'too many links')
}
