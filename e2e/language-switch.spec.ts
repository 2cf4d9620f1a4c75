import { NEW_PASSWORD, type TestAccount } from './accounts'
import { wrongCode } from './code-actions'
import { expect, test } from './fixtures'
import { codeIn, linkIn, waitForEmailWith } from './mailbox'
import {
  accountField,
  chooseLanguage,
  codeField,
  confirmPasswordField,
  expectHeading,
  openCodePage,
  passwordField,
} from './page-actions'
import { words, wordsIn } from './words'

const german = wordsIn('de')
const arabic = wordsIn('ar')

const resetEmail = ({ email }: TestAccount) =>
  waitForEmailWith(process.env.E2E_MAILBOX_DIR as string, email, '/api/accounts/forgot_password')

test('choosing a language changes the texts where they are: what was typed and what was answered stays', async ({
  page,
  newAccount,
  otherDevice,
}) => {
  const robin = await newAccount()
  await page.goto('/forgot-password')
  await accountField(page).fill('unknown@example.com')
  await page.getByRole('button', { name: words('forgotPassword.submit') }).click()
  await expect(page.getByText(words('errors.account-unknown'))).toBeVisible()
  await chooseLanguage(page, 'de')
  await expectHeading(page, german('forgotPassword.title'))
  await expect(page.getByText(german('errors.account-unknown'))).toBeVisible()
  await expect(accountField(page, german)).toHaveValue('unknown@example.com')

  await accountField(page, german).fill(robin.email)
  await page.getByRole('button', { name: german('forgotPassword.submit') }).click()
  await expectHeading(page, german('confirmAccount.title'))
  await chooseLanguage(page, 'ar', german)
  await expectHeading(page, arabic('confirmAccount.title'))
  await expect(page.locator('html')).toHaveAttribute('lang', 'ar')
  await expect(page.locator('html')).toHaveAttribute('dir', 'rtl')
  await page.getByRole('button', { name: arabic('confirmAccount.yes') }).click()
  await expectHeading(page, arabic('code.title'))

  await codeField(page, arabic).pressSequentially('123')
  await chooseLanguage(page, 'en', arabic)
  await expectHeading(page, words('code.title'))
  await expect(codeField(page)).toHaveValue('123')
  const email = await resetEmail(robin)
  await codeField(page).fill(wrongCode(codeIn(email)))
  await expect(page.getByRole('alert').filter({ hasText: /2 tries left/ })).toBeVisible()
  await chooseLanguage(page, 'de')
  await expect(
    page.getByRole('alert').filter({ hasText: german('errors.code-wrong', { triesLeft: 2, wait: 'none' }) }),
  ).toBeVisible()
  expect(new URL(page.url()).pathname).toBe('/forgot-password/code')

  await page.goto(linkIn(email))
  await passwordField(page, german).fill(NEW_PASSWORD)
  await confirmPasswordField(page, german).fill('plum')
  await chooseLanguage(page, 'ar', german)
  await expectHeading(page, arabic('resetPassword.title'))
  await expect(passwordField(page, arabic)).toHaveValue(NEW_PASSWORD)
  await expect(confirmPasswordField(page, arabic)).toHaveValue('plum')

  // The choice is for this browser: its other pages follow it, and other devices do not.
  const tab = await page.context().newPage()
  await tab.goto('/sign-in')
  await expectHeading(tab, arabic('signIn.title'))
  const phone = await otherDevice()
  await phone.goto('/sign-in')
  await expectHeading(phone, words('signIn.title'))
})

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false })

  test('choosing a language leads back to the page, with the request that it was on', { tag: '@all' }, async ({
    page,
    newAccount,
  }) => {
    const robin = await newAccount()
    for (const [path, title] of [
      ['/', 'home.title'],
      ['/sign-in', 'signIn.title'],
      ['/forgot-password', 'forgotPassword.title'],
    ] as const) {
      await page.context().clearCookies()
      await page.goto(path)
      await chooseLanguage(page, 'ja')
      await expectHeading(page, wordsIn('ja')(title))
      expect(new URL(page.url()).pathname).toBe(path)
    }
    await openCodePage(page, robin.email, wordsIn('ja')('code.title'))
    await chooseLanguage(page, 'ar', wordsIn('ja'))
    await expectHeading(page, arabic('code.title'))
    expect(new URL(page.url()).pathname).toBe('/forgot-password/code')
    await expect(page.getByText(robin.email)).toBeVisible()
    await expect(page.locator('html')).toHaveAttribute('dir', 'rtl')
    await page.reload()
    await expectHeading(page, arabic('code.title'))

    // An emailed link has been taken out of the address by then, and still works.
    await page.goto(linkIn(await resetEmail(robin)))
    await chooseLanguage(page, 'en', arabic)
    await expectHeading(page, words('resetPassword.title'))
    expect(new URL(page.url()).pathname).toBe('/reset-password')
  })
})
