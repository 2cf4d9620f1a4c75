import type { Locator, Page } from '@playwright/test'
import { sql } from 'drizzle-orm'
import { NEW_PASSWORD } from './accounts'
import { resendCountdown } from './code-actions'
import { expect, test } from './fixtures'
import { readResetEmail } from './mailbox'
import {
  accountField,
  codeField,
  confirmPasswordField,
  expectHeading,
  openCodePage,
  passwordField,
} from './page-actions'
import { type Press, queuedEmails, recordPosts, setLine } from './slow-line'
import { words } from './words'

const submit = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const signInPassword = (page: Page) => page.getByLabel(words('field.password'), { exact: true })

test('on a slow line, a button that is pressed twice sends once and says that it is working; offline says so and keeps what was typed', async ({
  page,
  newAccount,
  db,
}) => {
  const robin = await newAccount()
  const line = await page.context().newCDPSession(page)
  const posts = recordPosts(page)
  await setLine(line, false)

  /** Presses offline first, and then twice online. */
  async function press({ procedure, button, busy, fields, done }: Press, twice: (button: Locator) => Promise<unknown>) {
    const typed = await Promise.all(fields().map((field) => field.inputValue()))
    await setLine(line, true)
    await submit(page, button).click()
    await expect(page.getByRole('alert').filter({ hasText: words('errors.network') })).toBeVisible()
    expect(await Promise.all(fields().map((field) => field.inputValue()))).toEqual(typed)
    await setLine(line, false)

    posts.length = 0
    let release = () => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    await page.route(`**/${procedure}*`, async (route) => {
      await released
      await route.continue()
    })
    const pressed = submit(page, button)
    await twice(pressed)
    const working = page.getByRole('button', { name: busy, exact: true })
    await expect(working).toHaveAttribute('aria-busy', 'true')
    await expect(page.getByRole('status').filter({ hasText: busy })).toHaveText(busy)
    await expect(page.getByText(words('errors.network'))).toBeHidden()
    await working.click({ force: true })
    release()
    await done()
    expect(posts.filter((post) => post === procedure)).toEqual([procedure])
  }
  const doubleClick = (button: Locator) => button.dblclick({ force: true })

  await page.goto('/forgot-password')
  await accountField(page).fill(robin.email)
  const find = {
    procedure: 'recovery.locate',
    button: words('forgotPassword.submit'),
    busy: words('forgotPassword.busyFinding'),
    fields: () => [accountField(page)],
    done: () => expectHeading(page, words('confirmAccount.title')),
  }
  await press(find, doubleClick)
  const ask = {
    procedure: 'recovery.request',
    button: words('confirmAccount.yes'),
    busy: words('confirmAccount.busy'),
    fields: () => [],
    done: () => expectHeading(page, words('code.title')),
  }
  await press(ask, doubleClick)

  await expect(resendCountdown(page)).toHaveAttribute('aria-disabled', 'true') // the script has loaded
  await setLine(line, true)
  await codeField(page).fill((await readResetEmail(robin)).code) // sends by itself
  await expect(page.getByRole('alert').filter({ hasText: words('errors.network') })).toBeVisible()
  const enterCode = {
    procedure: 'recovery.verifyCode',
    button: words('code.submit'),
    busy: words('code.busy'),
    fields: () => [codeField(page)],
    done: () => expectHeading(page, words('resetPassword.title')),
  }
  await press(enterCode, async (button) => {
    await codeField(page).press('Enter')
    await button.or(page.getByRole('button', { name: words('code.busy') })).click({ force: true })
  })

  await expect(submit(page, words('field.showPassword', { field: 'new' }))).toBeEnabled()
  await passwordField(page).fill(NEW_PASSWORD)
  await confirmPasswordField(page).fill(NEW_PASSWORD)
  const changePassword = {
    procedure: 'recovery.resetPassword',
    button: words('resetPassword.submit'),
    busy: words('resetPassword.busy'),
    fields: () => [passwordField(page), confirmPasswordField(page)],
    done: () => expectHeading(page, words('resetPassword.doneTitle')),
  }
  await press(changePassword, doubleClick)

  await page.goto('/sign-in')
  await expect(submit(page, words('field.showPassword', { field: 'current' }))).toBeEnabled()
  await accountField(page).fill(robin.email)
  await signInPassword(page).fill(NEW_PASSWORD)
  const signIn = {
    procedure: 'session.signIn',
    button: words('signIn.submit'),
    busy: words('signIn.busy'),
    fields: () => [accountField(page), signInPassword(page)],
    done: () => expectHeading(page, words('account.title')),
  }
  await press(signIn, async (button) => {
    await signInPassword(page).press('Enter')
    await button.or(page.getByRole('button', { name: words('signIn.busy') })).click({ force: true })
  })
  expect(await queuedEmails(db, robin)).toEqual({ 'password-reset': 1, 'password-changed': 1 })
  const sessions = await db.execute(sql`select from latchkey.sessions s join latchkey.users u on u.id = s.user_id
    where u.username = ${robin.username}`)
  expect(sessions).toHaveLength(1)
})

test('an answer that is lost on the line does no harm: code and new password are sent again, and each counts once', async ({
  page,
  newAccount,
  db,
}) => {
  const robin = await newAccount()
  /** Sends a call whose answer is lost, and sends it again. */
  async function sendTwice(procedure: string, button: string, send: () => Promise<void>) {
    await page.route(`**/${procedure}*`, async (route) => {
      expect((await route.fetch()).status()).toBe(200)
      await route.abort('connectionreset')
    })
    await send()
    await expect(page.getByRole('alert').filter({ hasText: words('errors.network') })).toBeVisible()
    await page.unrouteAll()
    await submit(page, button).click()
  }

  await openCodePage(page, robin.email)
  const { code } = await readResetEmail(robin)
  await sendTwice('recovery.verifyCode', words('code.submit'), () => codeField(page).fill(code))
  await expectHeading(page, words('resetPassword.title'))
  await passwordField(page).fill(NEW_PASSWORD)
  await confirmPasswordField(page).fill(NEW_PASSWORD)
  const button = words('resetPassword.submit')
  await sendTwice('recovery.resetPassword', button, () => submit(page, button).click())
  await expectHeading(page, words('resetPassword.doneTitle'))
  expect(await queuedEmails(db, robin)).toEqual({ 'password-reset': 1, 'password-changed': 1 })
})

test('a press before the page’s script has loaded posts the form once, with the right result', { tag: '@all' }, async ({
  page,
  newAccount,
  db,
}) => {
  const robin = await newAccount()
  const posts = recordPosts(page)
  await page.route('**/_next/static/**/*.js', () => {}) // never answered
  /** Presses a button, which posts its form to the path of the page. */
  async function press(button: string, next: string) {
    const { pathname } = new URL(page.url())
    posts.length = 0
    await submit(page, button).click()
    await expectHeading(page, next)
    expect(posts).toEqual([pathname])
  }

  await page.goto('/forgot-password', { waitUntil: 'commit' })
  await accountField(page).fill(robin.email)
  await press(words('forgotPassword.submit'), words('confirmAccount.title'))
  await press(words('confirmAccount.yes'), words('code.title'))
  await codeField(page).fill((await readResetEmail(robin)).code)
  await press(words('code.submit'), words('resetPassword.title'))
  await passwordField(page).fill(NEW_PASSWORD)
  await confirmPasswordField(page).fill(NEW_PASSWORD)
  await press(words('resetPassword.submit'), words('resetPassword.doneTitle'))
  await page.goto('/sign-in', { waitUntil: 'commit' })
  await accountField(page).fill(robin.email)
  await signInPassword(page).fill(NEW_PASSWORD)
  await press(words('signIn.submit'), words('account.title'))
  expect(await queuedEmails(db, robin)).toEqual({ 'password-reset': 1, 'password-changed': 1 })
})

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false })

  test('a double click on the buttons for the code and the new password leads on, and changes it once', {
    tag: '@all',
  }, async ({ page, newAccount, db }) => {
    const robin = await newAccount()
    await openCodePage(page, robin.email)
    // Playwright finds nothing in a <noscript> by its label.
    await page.locator('noscript input[name=code]').fill((await readResetEmail(robin)).code)
    await submit(page, words('code.submit')).dblclick()
    await expectHeading(page, words('resetPassword.title'))
    await passwordField(page).fill(NEW_PASSWORD)
    await confirmPasswordField(page).fill(NEW_PASSWORD)
    await submit(page, words('resetPassword.submit')).dblclick()
    await expectHeading(page, words('resetPassword.doneTitle'))
    expect(await queuedEmails(db, robin)).toEqual({ 'password-reset': 1, 'password-changed': 1 })
  })

  test('a post that arrives again, because the browser never got the first answer, gets the same answer', async ({
    page,
    newAccount,
    db,
    baseURL,
  }) => {
    const robin = await newAccount()
    await openCodePage(page, robin.email)
    await page.goto((await readResetEmail(robin)).link)
    await passwordField(page).fill(NEW_PASSWORD)
    await confirmPasswordField(page).fill(NEW_PASSWORD)
    const fields = await page
      .locator('main form input')
      .evaluateAll((inputs) => (inputs as HTMLInputElement[]).map(({ name, value }) => [name, value] as const))
    const cookies = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
    const post = async (change: Record<string, string> = {}) => {
      const body = new FormData()
      for (const [name, value] of fields) body.append(name, change[name] ?? value)
      const headers = { cookie: cookies, origin: baseURL as string }
      const answer = await fetch(`${baseURL}/reset-password`, { method: 'POST', body, headers, redirect: 'manual' })
      return { status: answer.status, location: answer.headers.get('location'), text: await answer.text() }
    }
    expect(await post()).toMatchObject({ status: 303, location: '/reset-password' })
    expect(await post()).toMatchObject({ status: 303, location: '/reset-password' })
    const other = await post({ password: 'another plum 42', confirmPassword: 'another plum 42' })
    expect(other.status).toBe(200)
    expect(other.text).toContain(words('deadLink.link-used.title'))
    expect(await queuedEmails(db, robin)).toEqual({ 'password-reset': 1, 'password-changed': 1 })
  })
})
