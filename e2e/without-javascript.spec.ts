import type { Browser, Page } from '@playwright/test'
import { NEW_PASSWORD, PASSWORD, type TestAccount } from './accounts'
import { expectAccessible as expectScriptedAccessible } from './axe'
import { setRequestAge } from './code-actions'
import { expect, test } from './fixtures'
import { linkIn, readResetEmail, waitForEmail } from './mailbox'
import {
  accountField,
  choosePassword,
  confirmPasswordField,
  containing,
  expectHeading,
  expectSignInRefused,
  passwordField,
  requestEmail,
  signIn,
  submitSignIn,
} from './page-actions'
import { words } from './words'

// Every form is posted by the browser itself.
test.use({ javaScriptEnabled: false })

/** The input of browsers without JavaScript. Playwright finds nothing in a <noscript> by its label. */
const plainCodeField = (page: Page) => page.locator('noscript input[name=code]')

/** Axe cannot run in a page without JavaScript. It examines the same markup in one that has it, but loads no script. */
async function expectAccessible(page: Page, state: string) {
  const context = await (page.context().browser() as Browser).newContext({ javaScriptEnabled: true })
  const copy = await context.newPage()
  const html = (await page.content())
    .replace(/<script.*?<\/script>/gs, '')
    .replace(/<\/?noscript>/g, '')
    .replaceAll('noscript:hidden', 'hidden')
  await copy.route(page.url(), (route) => route.fulfill({ contentType: 'text/html', body: html }))
  await copy.goto(page.url())
  await expectScriptedAccessible(copy, `${state}, no JavaScript`)
  await context.close()
}

async function enterCode(page: Page, code: string) {
  await plainCodeField(page).fill(code)
  await page.getByRole('button', { name: words('code.submit'), exact: true }).click()
}

const changedEmail = ({ email }: TestAccount) =>
  waitForEmail(
    process.env.E2E_MAILBOX_DIR as string,
    email,
    words('email.passwordChanged.subject', { brand: 'Latchkey' }),
  )

test('someone without JavaScript gets back in with the link, and signs in and out', async ({ page, newAccount }) => {
  const robin = await newAccount()
  await page.goto('/')
  await page.getByRole('link', { name: words('home.forgot') }).click()
  await expectAccessible(page, 'forgot password')
  await page.getByRole('button', { name: words('forgotPassword.submit') }).click()
  await expect(accountField(page)).toHaveAccessibleDescription(containing(words('errors.identifier-missing')))
  await expect(accountField(page)).toBeFocused()
  await accountField(page).fill('unknown@example.com')
  await page.getByRole('button', { name: words('forgotPassword.submit') }).click()
  await expect(accountField(page)).toHaveAccessibleDescription(containing(words('errors.account-unknown')))
  await expect(accountField(page)).toHaveValue('unknown@example.com')
  await expectAccessible(page, 'forgot password, refused')

  await accountField(page).fill(robin.username)
  await page.getByRole('button', { name: words('forgotPassword.submit') }).click()
  await expectHeading(page, words('confirmAccount.title'))
  await expect(page.getByText(robin.fullName)).toBeVisible()
  await expectAccessible(page, 'confirm account')
  await page.getByRole('button', { name: words('confirmAccount.no') }).click()
  await expect(accountField(page)).toHaveValue(robin.username)
  await page.getByRole('button', { name: words('forgotPassword.submit') }).click()
  await page.getByRole('button', { name: words('confirmAccount.yes') }).click()
  await expectHeading(page, words('code.title'))
  expect(new URL(page.url()).pathname).toBe('/forgot-password/code')
  await expectAccessible(page, 'code')

  await page.goto((await readResetEmail(robin)).link)
  await expectHeading(page, words('resetPassword.title'))
  await choosePassword(page, 'short', 'different')
  await expect(confirmPasswordField(page)).toHaveAccessibleDescription(containing(words('errors.passwords-differ')))
  await choosePassword(page, 'short')
  await expect(passwordField(page)).toHaveAccessibleDescription(
    containing(words('errors.password-too-short', { limit: 8 })),
  )
  await expect(passwordField(page)).toBeFocused()
  await expect(passwordField(page)).toHaveValue('')
  expect(await page.content()).not.toContain('value="short"')
  await expectAccessible(page, 'new password, refused')
  await choosePassword(page, NEW_PASSWORD)
  await expectHeading(page, words('resetPassword.doneTitle'))
  await expect(page).toHaveTitle(`${words('resetPassword.doneTitle')} · Latchkey`)
  await expectAccessible(page, 'password changed')
  await page.reload() // sends nothing again: the form was answered with a redirect
  await expectHeading(page, words('resetPassword.doneTitle'))

  await expectSignInRefused(page, robin.email, PASSWORD)
  await expect(accountField(page)).toHaveValue(robin.email)
  await expectAccessible(page, 'sign in, refused')
  await signIn(page, robin.email, NEW_PASSWORD)
  await expectAccessible(page, 'account')
  await page
    .getByRole('button', { name: words('account.signOut'), exact: true })
    .first()
    .click()
  await expectHeading(page, words('signIn.title'))
  await page.goto('/account')
  await expectHeading(page, words('signIn.title'))
})

test('someone without JavaScript gets back in with the code, after a wrong one and another email', async ({
  page,
  newAccount,
  db,
}) => {
  const robin = await newAccount()
  await requestEmail(page, robin.email)
  const { code } = await readResetEmail(robin)
  await expect(page.locator('noscript p')).toHaveText(/after \d\d:\d\d:\d\d UTC/)
  await page.getByRole('button', { name: words('resend.idle') }).click()
  await expect(page.getByRole('alert')).toContainText('You’ve just requested an email.')
  await setRequestAge(db, robin, 120)
  await page.getByRole('button', { name: words('resend.idle') }).click()
  await expect(page.getByText(words('resend.sent'))).toBeVisible()
  const second = await readResetEmail(robin, 2)

  await enterCode(page, '12345')
  await expect(page.getByText(words('errors.code-not-numeric'))).toBeVisible()
  await enterCode(page, code)
  await expect(page.locator('#code-error')).toBeVisible()
  await expectAccessible(page, 'code, refused')
  await enterCode(page, ` ${second.code.slice(0, 3)} ${second.code.slice(3)} `)
  await expectHeading(page, words('resetPassword.title'))
  await choosePassword(page, NEW_PASSWORD)
  await expectHeading(page, words('resetPassword.doneTitle'))
  await signIn(page, robin.email, NEW_PASSWORD)
})

test('without JavaScript, three wrong codes block codes, and the page says until when', { tag: '@all' }, async ({
  page,
  newAccount,
}) => {
  const robin = await newAccount()
  await requestEmail(page, robin.email)
  const { code } = await readResetEmail(robin)
  const wrong = code === '000000' ? '000001' : '000000'
  for (let tries = 0; tries < 3; tries++) await enterCode(page, wrong)
  await expect(page.getByRole('timer')).toHaveText(/after \d\d:\d\d:\d\d UTC/)
  await expectAccessible(page, 'codes blocked')
})

test('the account page works without JavaScript: requesting a reset and ending other sessions', {
  tag: '@all',
}, async ({ page, newAccount, otherDevice }) => {
  const robin = await newAccount()
  const laptop = await otherDevice()
  const tablet = await otherDevice()
  for (const device of [laptop, tablet, page]) await signIn(device, robin.email, robin.password)
  await page.reload()
  const endOne = page.getByRole('button', { name: words('account.endSession') }).filter({ hasNotText: /other/ })
  await endOne.last().click()
  await expect(page.getByRole('status')).toContainText('has been signed out')
  await page.getByRole('button', { name: words('account.endOthers') }).click()
  await expect(page.getByText(words('account.endedOthers'))).toBeVisible()
  await expect(page.getByText(words('account.onlyHere'))).toBeVisible()
  await page.getByRole('button', { name: words('account.requestReset') }).click()
  await expect(page.getByText('an email with a link is on its way')).toBeVisible()
  await expectAccessible(page, 'account, reset requested')
  await readResetEmail(robin)

  // The session has ended, so the next press leads to the sign-in page.
  await page.context().clearCookies()
  await page.getByRole('button', { name: words('account.requestReset') }).click()
  await expectHeading(page, words('signIn.title'))
})

test('without JavaScript, an owner secures the account, and stops emails and allows them again', {
  tag: '@all',
}, async ({ page, newAccount, otherDevice }) => {
  const robin = await newAccount()
  const intruder = await otherDevice()
  await requestEmail(intruder, robin.email)
  const { link } = await readResetEmail(robin)
  await intruder.goto(link)
  await choosePassword(intruder, NEW_PASSWORD)
  await expectHeading(intruder, words('resetPassword.doneTitle'))

  await page.goto(linkIn(await changedEmail(robin)))
  await expectHeading(page, words('secureAccount.title'))
  await page.getByRole('button', { name: words('secureAccount.submit') }).click()
  await expectHeading(page, words('secureAccount.doneTitle'))
  await expectAccessible(page, 'account secured')
  await expectSignInRefused(page, robin.email, NEW_PASSWORD)

  const { text } = await waitForEmail(
    process.env.E2E_MAILBOX_DIR as string,
    robin.email,
    words('email.passwordReset.subject', { brand: 'Latchkey' }),
    2,
  )
  await page.goto(/https?:\S+\/stop-emails\S+/.exec(text)?.[0] as string)
  await page.getByRole('button', { name: words('stopEmails.submit') }).click()
  await expectHeading(page, words('stopEmails.stoppedTitle'))
  await expectAccessible(page, 'emails stopped')
  await page.getByRole('button', { name: words('stopEmails.allow') }).click()
  await expectHeading(page, words('stopEmails.allowedTitle'))
})

test('a refused sign-in leads someone who is already signed in to their account', { tag: '@all' }, async ({
  page,
  newAccount,
}) => {
  const robin = await newAccount()
  await page.goto('/sign-in')
  const other = await page.context().newPage()
  await signIn(other, robin.email, robin.password)
  await accountField(page).fill(robin.email)
  await page.getByLabel(words('field.password'), { exact: true }).fill('wrong')
  await page.getByRole('button', { name: words('signIn.submit') }).click()
  await expectHeading(page, words('account.title'))
  expect(new URL(page.url()).pathname).toBe('/account')
})

test('a double click sends one email, and leads to the code', { tag: '@all' }, async ({ page, newAccount }) => {
  const robin = await newAccount()
  await page.goto('/forgot-password')
  await accountField(page).fill(robin.email)
  await page.getByRole('button', { name: words('forgotPassword.submit') }).click()
  await page.getByRole('button', { name: words('confirmAccount.yes') }).dblclick()
  await expectHeading(page, words('code.title'))
  await readResetEmail(robin, 1)
  await submitSignIn(page, robin.email, robin.password)
  await expectHeading(page, words('account.title'))
})
