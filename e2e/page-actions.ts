import { expect, type Page } from '@playwright/test'
import type { Locale } from '@/server/language/languages'
import type { TestAccount } from './accounts'
import { type Words, words } from './words'

/**
 * What people do on the pages. Elements are found by the texts of the catalogue, so that a new wording breaks no test.
 * The texts are English unless others are given.
 */

export const accountField = (page: Page, texts: Words = words) => page.getByLabel(texts('field.account'))
export const passwordField = (page: Page, texts: Words = words) =>
  page.getByLabel(texts('resetPassword.password'), { exact: true })
export const confirmPasswordField = (page: Page, texts: Words = words) =>
  page.getByRole('textbox', { name: texts('resetPassword.confirmPassword') })
export const codeField = (page: Page, texts: Words = words) => page.getByLabel(texts('code.label'))

/** Matches a description that contains this text of the catalogue. */
export const containing = (text: string) => new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))

export const expectHeading = (page: Page, title: string) =>
  expect(page.getByRole('heading', { name: title, exact: true })).toBeVisible()

/** Fills in and sends the sign-in form. */
export async function submitSignIn(page: Page, account: string, password: string, origin = '') {
  await page.goto(`${origin}/sign-in`)
  await accountField(page).fill(account)
  await page.getByLabel(words('field.password'), { exact: true }).fill(password)
  await page.getByRole('button', { name: words('signIn.submit') }).click()
}

/** Signs in on the page and expects the account page. */
export async function signIn(page: Page, account: string, password: string, origin = '') {
  await submitSignIn(page, account, password, origin)
  await expectHeading(page, words('account.title'))
}

/** Tries to sign in on the page and expects a refusal. */
export async function expectSignInRefused(page: Page, account: string, password: string, origin = '') {
  await submitSignIn(page, account, password, origin)
  await expect(page.getByRole('alert').filter({ hasText: words('errors.sign-in-failed') })).toBeVisible()
}

/** Signs this browser in without the page, where signing in is not what is tested, and opens the account page. */
export async function openAccountPage(
  page: Page,
  { email }: TestAccount,
  password: string,
  title: string = words('account.title'),
) {
  const response = await page.request.post('/api/trpc/session.signIn', { data: { account: email, password } })
  expect(response.status()).toBe(200)
  await page.goto('/account')
  await expectHeading(page, title)
}

/** Requests an email on the page, and confirms the account that ACCOUNT_DISCLOSURE=reveal shows. */
export async function requestEmail(page: Page, account: string) {
  await page.goto('/forgot-password')
  await accountField(page).fill(account)
  await page.getByRole('button', { name: words('forgotPassword.submit') }).click()
  await page.getByRole('button', { name: words('confirmAccount.yes') }).click()
  await expectHeading(page, words('code.title'))
}

/** Requests an email without the page, where requesting is not what is tested, and opens the code page. */
export async function openCodePage(page: Page, account: string, title: string = words('code.title')) {
  const response = await page.request.post('/api/trpc/recovery.request', { data: { account } })
  expect(response.status()).toBe(200)
  await page.goto('/forgot-password/code')
  await expectHeading(page, title)
}

/** Fills in and sends the form for a new password. */
export async function choosePassword(page: Page, password: string, confirmation = password, texts: Words = words) {
  await passwordField(page, texts).fill(password)
  await confirmPasswordField(page, texts).fill(confirmation)
  await page.getByRole('button', { name: texts('resetPassword.submit') }).click()
}

/** Chooses a language at the foot of the page, whose texts are in another one now. */
export async function chooseLanguage(page: Page, language: Locale, texts: Words = words) {
  await page.getByLabel(texts('language.label'), { exact: true }).selectOption(language)
  await page.getByRole('button', { name: texts('language.submit'), exact: true }).click()
}

/** Opens the newest email to an address with this subject on the mailbox page, once it is there. */
export async function openEmail(page: Page, to: string, subject: string) {
  await page.goto('/dev/mailbox')
  await page
    .getByRole('link', { name: subject })
    .and(page.getByRole('link', { name: to }))
    .first()
    .click()
  await expect(page.getByRole('heading', { name: subject, level: 1 })).toBeVisible()
}

/** Shows the open email of the mailbox as plain text, in which every address is a link. */
export async function showText(page: Page) {
  await page.getByRole('link', { name: words('mailbox.text'), exact: true }).click()
  await expect(page.locator('pre')).toBeVisible()
}
