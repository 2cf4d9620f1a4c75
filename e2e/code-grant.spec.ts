import { sql } from 'drizzle-orm'
import { NEW_PASSWORD } from './accounts'
import { expireGrant } from './code-actions'
import { expect, test } from './fixtures'
import { readResetEmail } from './mailbox'
import { accountField, choosePassword, codeField, expectHeading, openCodePage, passwordField } from './page-actions'
import { waitUntilHydrated } from './wait-until-hydrated'
import { words } from './words'

test('when the minutes after a right code run out on the form, nothing that was entered is lost', async ({
  page,
  newAccount,
  db,
}) => {
  const robin = await newAccount()
  const timedOut = page.getByText(words('errors.grant-expired'))
  await page.clock.install()
  await openCodePage(page, robin.email)
  const { code, link } = await readResetEmail(robin)
  await codeField(page).fill(code)
  await passwordField(page).fill(NEW_PASSWORD)
  await expect(page.locator('form').getByRole('alert')).toBeHidden()
  // The page counts the minutes once its script runs.
  await waitUntilHydrated(page)
  await page.clock.fastForward('05:01')
  await expect(timedOut).toBeVisible()
  await expect(passwordField(page)).toHaveValue(NEW_PASSWORD)
  await expect(page.getByRole('link', { name: words('resetPassword.newEmail') })).toBeVisible()

  await expireGrant(db, robin)
  await choosePassword(page, NEW_PASSWORD)
  await expect(timedOut).toBeVisible()
  await expect(passwordField(page)).toHaveValue(NEW_PASSWORD)

  // Opening the link of the same email in another tab makes it possible to save what was entered here.
  const tab = await page.context().newPage()
  await tab.goto(link)
  await choosePassword(page, NEW_PASSWORD)
  await expectHeading(page, words('resetPassword.doneTitle'))

  await page.goto('/reset-password')
  await expectHeading(page, words('deadLink.link-used.title'))
  await expect(page).toHaveTitle(`${words('deadLink.link-used.title')} · Latchkey`)
})

test('the page says that the time after a right code is over, or that it was used, and offers a new email', async ({
  page,
  newAccount,
  db,
}) => {
  const robin = await newAccount()
  await openCodePage(page, robin.email)
  const { code } = await readResetEmail(robin)
  await codeField(page).fill(code)
  await expectHeading(page, words('resetPassword.title'))
  await expireGrant(db, robin)
  await page.reload()
  await expectHeading(page, words('deadLink.grant-expired.title'))
  await db.execute(sql`update latchkey.password_reset_tokens set used_at = now()
    where account_id = (select id::text from latchkey.users where username = ${robin.username})`)
  await page.reload()
  await expectHeading(page, words('deadLink.grant-unknown.title'))
  await page.getByRole('link', { name: words('resetPassword.newEmail') }).click()
  await expect(accountField(page)).toHaveValue(robin.email)
})
