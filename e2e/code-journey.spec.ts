import { NEW_PASSWORD } from './accounts'
import { expectCountdown, resendCountdown, setRequestAge, wrongCode } from './code-actions'
import { expect, test } from './fixtures'
import { readResetEmail } from './mailbox'
import {
  accountField,
  choosePassword,
  codeField,
  expectHeading,
  expectSignInRefused,
  openCodePage,
  openEmail,
  passwordField,
  requestEmail,
  signIn,
} from './page-actions'
import { words } from './words'

test('someone who is locked out gets back in with the emailed code', async ({ page, newAccount }) => {
  const robin = await newAccount()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  await requestEmail(page, robin.email)
  expect(new URL(page.url()).pathname).toBe('/forgot-password/code')
  await expect(page.getByText(robin.email)).toBeVisible()
  await expect(codeField(page)).toBeFocused()
  await expect(codeField(page)).toHaveAccessibleDescription(/for 10 minutes.*We’ve sent an email/)

  const { code } = await readResetEmail(robin)
  await page.keyboard.type(code)
  await expectHeading(page, words('resetPassword.title'))
  expect(new URL(page.url()).pathname).toBe('/reset-password')
  await choosePassword(page, NEW_PASSWORD)
  await expect(page.getByRole('heading', { name: words('resetPassword.doneTitle') })).toBeFocused()
  // No violation of the content security policy, and no other warning.
  expect(complaints).toEqual([])

  await expectSignInRefused(page, robin.email, robin.password)
  await signIn(page, robin.email, NEW_PASSWORD)
  await openEmail(page, robin.email, words('email.passwordChanged.subject', { brand: 'Latchkey' }))
})

test('the link works on another device while a browser waits for the code, which then no longer works', {
  tag: '@all',
}, async ({ page, newAccount, otherDevice }) => {
  const robin = await newAccount()
  await openCodePage(page, robin.username)
  const { code, link } = await readResetEmail(robin)
  const phone = await otherDevice()
  await phone.goto(link)
  await choosePassword(phone, NEW_PASSWORD)
  await expectHeading(phone, words('resetPassword.doneTitle'))

  await codeField(page).fill(code)
  await expect(codeField(page)).toHaveAccessibleDescription(/This code is wrong or has expired.*2 tries left/)
  await expect(codeField(page)).toBeFocused()
  await expect(codeField(page)).toHaveValue('')
  await signIn(page, robin.email, NEW_PASSWORD)
})

for (const first of ['code', 'link'] as const) {
  const tag = first === 'link' ? '@all' : []
  test(`code and link at once: the ${first} changes the password, and the other one says why it cannot`, {
    tag,
  }, async ({ page, newAccount, otherDevice }) => {
    const robin = await newAccount()
    await openCodePage(page, robin.email)
    const { code, link } = await readResetEmail(robin)
    const phone = await otherDevice()
    await phone.goto(link)
    await expectHeading(phone, words('resetPassword.title'))
    await codeField(page).fill(code)
    await expectHeading(page, words('resetPassword.title'))

    const [winner, loser] = first === 'code' ? [page, phone] : [phone, page]
    await choosePassword(winner, NEW_PASSWORD)
    await expectHeading(winner, words('resetPassword.doneTitle'))
    await choosePassword(loser, 'another lantern river 9')
    const [reason, wayOut] =
      first === 'code'
        ? [words('errors.link-used'), words('resetPassword.newLink')]
        : [words('errors.grant-unknown'), words('resetPassword.newEmail')]
    await expect(loser.getByRole('alert').filter({ hasText: reason })).toBeVisible()
    await expect(passwordField(loser)).toHaveValue('another lantern river 9')
    await expect(loser.getByRole('link', { name: wayOut })).toBeVisible()
    await signIn(winner, robin.email, NEW_PASSWORD)
  })
}

test('a reload, a second tab and the back button keep the request, and the account can be corrected', {
  tag: '@all',
}, async ({ page, context, newAccount, db }) => {
  const robin = await newAccount()
  await page.goto('/forgot-password/code')
  await expectHeading(page, words('forgotPassword.title'))
  expect(new URL(page.url()).pathname).toBe('/forgot-password')

  await requestEmail(page, robin.email)
  await readResetEmail(robin)
  const aged = Date.now()
  await setRequestAge(db, robin, 25)
  await page.reload()
  await expect(page.getByText(robin.email)).toBeVisible()
  await expectCountdown(resendCountdown(page), 35, aged)
  const tab = await context.newPage()
  await tab.goto('/forgot-password/code')
  await expect(tab.getByText(robin.email)).toBeVisible()
  await expectCountdown(resendCountdown(tab), 35, aged)

  await page.getByRole('link', { name: words('code.otherAccount') }).click()
  await expect(accountField(page)).toHaveValue(robin.email)
  const agedAgain = Date.now()
  await setRequestAge(db, robin, 25) // so that the countdown is still running on a slow machine
  await page.goBack()
  await expectHeading(page, words('code.title'))
  await expectCountdown(resendCountdown(page), 35, agedAgain)
  await page.goBack()
  await expect(accountField(page)).toHaveValue(robin.email)
  await expect(page.getByRole('button', { name: words('forgotPassword.submit') })).toBeEnabled()
  await page.getByRole('link', { name: words('forgotPassword.haveCode') }).click()
  await expectHeading(page, words('code.title'))
})

test('another email can be requested after a minute, and only its code works', async ({ page, newAccount, db }) => {
  const robin = await newAccount()
  await openCodePage(page, robin.email)
  const older = await readResetEmail(robin)
  await expect(resendCountdown(page)).toBeVisible()
  await setRequestAge(db, robin, 120)
  await page.reload()
  const requested = Date.now()
  await page.getByRole('button', { name: words('resend.idle') }).click()
  await expect(page.getByRole('status').filter({ hasText: words('resend.sent') })).toBeVisible()
  await expectCountdown(resendCountdown(page), 60, requested)

  const newer = await readResetEmail(robin, 2)
  expect(newer.code).not.toBe(older.code)
  await codeField(page).fill(older.code)
  await expect(codeField(page)).toHaveAccessibleDescription(/This code is wrong or has expired/)
  await codeField(page).fill(newer.code)
  await expectHeading(page, words('resetPassword.title'))
})

test('a tab whose request was completed in another tab says so and offers a new email', { tag: '@all' }, async ({
  page,
  context,
  newAccount,
}) => {
  const robin = await newAccount()
  await openCodePage(page, robin.email)
  const { code } = await readResetEmail(robin)
  const other = await context.newPage()
  await other.goto('/forgot-password/code')
  await codeField(page).fill(code)
  await choosePassword(page, NEW_PASSWORD)
  await expectHeading(page, words('resetPassword.doneTitle'))

  await codeField(other).fill(wrongCode(code))
  await expect(other.getByRole('heading', { name: words('code.overTitle') })).toBeFocused()
  await other.getByRole('link', { name: words('code.newEmail') }).click()
  await expectHeading(other, words('forgotPassword.title'))
})
