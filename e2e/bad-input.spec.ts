import { sql } from 'drizzle-orm'
import { NEW_PASSWORD } from './accounts'
import { expect, test } from './fixtures'
import { readResetEmail } from './mailbox'
import {
  accountField,
  choosePassword,
  confirmPasswordField,
  containing,
  expectHeading,
  openCodePage,
  passwordField,
  signIn,
} from './page-actions'
import { words } from './words'

test('an empty or malformed form says what to enter and keeps what was entered', async ({ page }) => {
  const submit = page.getByRole('button', { name: words('forgotPassword.submit') })
  await page.goto('/forgot-password')
  await submit.click()
  await expect(accountField(page)).toHaveAccessibleDescription(containing(words('errors.identifier-missing')))
  await expect(accountField(page)).toBeFocused()
  await accountField(page).fill('two@example.com, more@example.com')
  await submit.click()
  await expect(accountField(page)).toHaveAccessibleDescription(containing(words('errors.identifier-malformed')))
  await expect(accountField(page)).toHaveValue('two@example.com, more@example.com')

  await accountField(page).fill('x'.repeat(100_000))
  await submit.click()
  await expect(accountField(page)).toHaveAccessibleDescription(containing(words('errors.identifier-malformed')))

  await page.goto('/sign-in')
  await page.getByRole('button', { name: words('signIn.submit') }).click()
  await expect(accountField(page)).toBeFocused()
  await expect(page.getByLabel(words('field.password'), { exact: true })).toHaveAccessibleDescription(
    containing(words('errors.password-missing')),
  )
})

test('with ACCOUNT_DISCLOSURE=reveal, an unknown account is reported and what was entered stays', {
  tag: '@all',
}, async ({ page }) => {
  await page.goto('/forgot-password')
  await accountField(page).fill('unknown@example.com')
  await page.getByRole('button', { name: words('forgotPassword.submit') }).click()
  await expect(accountField(page)).toHaveAccessibleDescription(containing(words('errors.account-unknown')))
  await expect(accountField(page)).toHaveValue('unknown@example.com')
})

test('a refused password does not use up the link, and the page gives the reason', async ({ page, newAccount }) => {
  const robin = await newAccount()
  await openCodePage(page, robin.email)
  await page.goto((await readResetEmail(robin)).link)
  for (const [typed, reason] of [
    ['short', containing(words('errors.password-too-short', { limit: 8 }))],
    ['password1', containing(words('errors.password-too-common'))],
    ['aaaaaaaaaaaa', containing(words('errors.password-too-simple'))],
    [`${robin.username}1`, containing(words('errors.password-personal', { brand: 'Latchkey' }))],
  ] as const) {
    await choosePassword(page, typed)
    await expect(passwordField(page)).toHaveAccessibleDescription(reason)
    await expect(passwordField(page)).toHaveValue(typed)
  }
  await choosePassword(page, NEW_PASSWORD, 'something else here')
  await expect(confirmPasswordField(page)).toHaveAccessibleDescription(containing(words('errors.passwords-differ')))
  await choosePassword(page, NEW_PASSWORD)
  await expectHeading(page, words('resetPassword.doneTitle'))
})

test('a double click changes the password once, and the back button then shows that the link was used', async ({
  page,
  newAccount,
}) => {
  const robin = await newAccount()
  await openCodePage(page, robin.email)
  await page.goto((await readResetEmail(robin)).link)
  const statuses: number[] = []
  page.on('response', (response) => {
    if (response.url().endsWith('/recovery.resetPassword')) statuses.push(response.status())
  })
  await passwordField(page).fill(NEW_PASSWORD)
  await confirmPasswordField(page).fill(NEW_PASSWORD)
  await page.getByRole('button', { name: words('resetPassword.submit') }).dblclick()
  await expectHeading(page, words('resetPassword.doneTitle'))
  expect(statuses).toEqual([200])

  await page.getByRole('link', { name: words('resetPassword.signIn') }).click()
  await expectHeading(page, words('signIn.title'))
  await page.goBack()
  await expectHeading(page, words('deadLink.link-used.title'))
  await expect(page).toHaveTitle(`${words('deadLink.link-used.title')} · Latchkey`)
  await page.reload()
  await expectHeading(page, words('deadLink.link-used.title'))
})

test('of two devices with the same link, one changes the password and the other says that the link was used', {
  tag: '@all',
}, async ({ page, newAccount, otherDevice }) => {
  const robin = await newAccount()
  await openCodePage(page, robin.email)
  const { link } = await readResetEmail(robin)
  const other = await otherDevice()
  await page.goto(link)
  await other.goto(link)
  await choosePassword(page, NEW_PASSWORD)
  await expectHeading(page, words('resetPassword.doneTitle'))
  await choosePassword(other, 'another lantern river 9')
  await expect(other.getByText(words('errors.link-used'))).toBeVisible()
  await expect(passwordField(other)).toHaveValue('another lantern river 9')
  await signIn(page, robin.email, NEW_PASSWORD)
})

test('a link that expires while its form is open says so, and what was entered stays', { tag: '@all' }, async ({
  page,
  newAccount,
  db,
}) => {
  const robin = await newAccount()
  await openCodePage(page, robin.email)
  await page.goto((await readResetEmail(robin)).link)
  await passwordField(page).fill(NEW_PASSWORD)
  await db.execute(sql`update latchkey.password_reset_tokens
    set created_at = now() - interval '2 hours', expires_at = now() - interval '1 second'
    where account_id = (select id::text from latchkey.users where username = ${robin.username})`)
  await confirmPasswordField(page).fill(NEW_PASSWORD)
  await page.getByRole('button', { name: words('resetPassword.submit') }).click()
  await expect(page.getByText(words('errors.link-expired'))).toBeVisible()
  await expect(passwordField(page)).toHaveValue(NEW_PASSWORD)
  await expect(page.getByRole('link', { name: words('resetPassword.newLink') })).toBeVisible()
})
