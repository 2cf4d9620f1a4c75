import type { Page } from '@playwright/test'
import { NEW_PASSWORD, type TestAccount } from './accounts'
import { expectAccessible } from './axe'
import { expect, test } from './fixtures'
import { readResetEmail } from './mailbox'
import { choosePassword, confirmPasswordField, expectHeading, openCodePage, passwordField } from './page-actions'
import { waitUntilHydrated } from './wait-until-hydrated'
import { words } from './words'

/** Requests an email in this browser, and opens its link in this one or another. */
async function openForm(page: Page, account: TestAccount, opener = page) {
  await openCodePage(page, account.email)
  await opener.goto((await readResetEmail(account)).link)
  await expectHeading(opener, words('resetPassword.title'))
  await waitUntilHydrated(opener)
}

const usernameField = (page: Page) => page.locator('input[autocomplete=username]')
const estimate = (page: Page, level: string) =>
  page.getByText(words('resetPassword.strength', { level }), { exact: true })

/** Makes the scripts that the page loads from now on fail, or wait for a promise. */
const onLaterScript = (page: Page, then: 'failed' | Promise<unknown>) =>
  page.route('**/_next/static/**/*.js*', async (route) => {
    if (then === 'failed') return route.abort()
    await then
    return route.continue()
  })

test('the strength is estimated by a script that is loaded once typing begins, and every rule is ticked', async ({
  page,
  newAccount,
}) => {
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  await openForm(page, await newAccount())
  const scripts: string[] = []
  page.on('request', (request) => request.resourceType() === 'script' && scripts.push(request.url()))
  await expect(page.getByText(words('resetPassword.strengthWaiting'))).toBeVisible()
  await confirmPasswordField(page).focus()
  expect(scripts).toEqual([])

  await passwordField(page).pressSequentially('password')
  await expect(estimate(page, 'common')).toBeVisible()
  expect(scripts.length).toBeGreaterThan(0)
  await expect(page.locator('[data-filled="1"]')).toBeVisible()
  await passwordField(page).fill('87654321')
  await expect(
    page.getByRole('status').filter({ hasText: words('resetPassword.liveSimple', { brand: 'Latchkey' }) }),
  ).toHaveCount(1)
  await passwordField(page).fill(NEW_PASSWORD)
  await expect(estimate(page, 'strong')).toBeVisible()
  await expect(page.locator('[data-filled="5"]')).toBeVisible()
  await confirmPasswordField(page).fill(NEW_PASSWORD)
  const rules = page.getByRole('list', { name: words('resetPassword.rules') }).getByRole('listitem')
  await expect(rules).toHaveCount(3)
  for (const rule of await rules.all()) await expect(rule).toContainText(words('resetPassword.met'))
  // Screen readers hear the rules and the estimate in one announcement.
  const announcement = `${words('resetPassword.liveReady')} ${words('resetPassword.strength', { level: 'strong' })}`
  await expect(page.getByRole('status').filter({ hasText: announcement })).toHaveCount(1)
  await expectAccessible(page, 'new password with its strength')
  expect(complaints.filter((text) => !text.startsWith('[DOM]'))).toEqual([])
})

test('the form works without the estimator: when its script fails and while it is loading', { tag: '@all' }, async ({
  page,
  newAccount,
}) => {
  const robin = await newAccount()
  await openForm(page, robin)
  await onLaterScript(page, 'failed')
  await passwordField(page).fill(NEW_PASSWORD)
  await expect(page.getByText(words('resetPassword.strengthUnknown'))).toBeVisible()
  await page.unrouteAll()
  // The next keystroke tries again.
  await passwordField(page).press('End')
  await passwordField(page).pressSequentially('!')
  await expect(estimate(page, 'strong')).toBeVisible()

  await page.reload()
  await waitUntilHydrated(page)
  let arrive = () => {}
  await onLaterScript(page, new Promise<void>((resolve) => (arrive = resolve)))
  await choosePassword(page, NEW_PASSWORD)
  await expectHeading(page, words('resetPassword.doneTitle'))
  arrive()
})

test('password managers get the name that was typed in this browser, never the masked one, and the rules that apply', async ({
  page,
  newAccount,
  otherDevice,
}) => {
  const robin = await newAccount()
  await openForm(page, robin)
  await expect(usernameField(page)).toHaveValue(robin.email)
  for (const field of [passwordField(page), confirmPasswordField(page)]) {
    await expect(field).toHaveAttribute('autocomplete', 'new-password')
    await expect(field).toHaveAttribute('passwordrules', 'minlength: 8; maxlength: 128;')
  }
  // Pasted text is accepted.
  await passwordField(page).evaluate((input) => {
    const clipboardData = new DataTransfer()
    clipboardData.setData('text/plain', 'pasted')
    const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true })
    if (!input.dispatchEvent(event)) throw new Error('the page refuses to paste')
  })

  const phone = await otherDevice()
  await phone.goto((await readResetEmail(robin)).link)
  await expectHeading(phone, words('resetPassword.title'))
  await expect(usernameField(phone)).toHaveValue('')
  expect(await phone.content()).not.toContain(robin.email)
})

test('both password forms say when Caps Lock is on', { tag: '@all' }, async ({ page, newAccount }) => {
  const hint = page.getByRole('status').filter({ hasText: words('field.capsLock') })
  const press = (on: boolean) => passwordInput().dispatchEvent('keydown', { key: 'A', modifierCapsLock: on })
  let passwordInput = () => page.getByLabel(words('field.password'), { exact: true })
  await page.goto('/sign-in')
  await waitUntilHydrated(page)
  await passwordInput().focus()
  await press(true)
  await expect(hint).toHaveCount(1)
  await press(false)
  await expect(hint).toHaveCount(0)

  await openForm(page, await newAccount())
  passwordInput = () => passwordField(page)
  await passwordInput().focus()
  await press(true)
  await expect(hint).toHaveCount(1)
  await confirmPasswordField(page).focus()
  await expect(hint).toHaveCount(0)
})
