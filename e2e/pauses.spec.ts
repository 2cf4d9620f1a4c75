import type { Page } from '@playwright/test'
import { sql } from 'drizzle-orm'
import { createDatabase, type Database } from '@/server/db/client'
import { startTestApp, type TestApp } from '@/server/testing/app'
import { insertAccount, NEW_PASSWORD } from './accounts'
import { test as base, expect } from './fixtures'
import { codeIn, linkIn, waitForEmail } from './mailbox'
import {
  accountField,
  choosePassword,
  codeField,
  confirmPasswordField,
  expectHeading,
  openCodePage,
  passwordField,
} from './page-actions'
import { expectWellMade } from './well-made'
import { words } from './words'

// A pause is for everyone, so these tests have a server of their own and run one after another.
base.describe.configure({ mode: 'default' })

const test = base.extend<object, { app: TestApp; appDb: Database }>({
  app: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from this pattern
    async ({}, use) => {
      const app = await startTestApp({ RATE_LIMIT_SCALE: '100' })
      await use(app)
      await app.stop()
    },
    { scope: 'worker', timeout: 300_000 },
  ],
  appDb: [
    async ({ app }, use) => {
      const { db, close } = createDatabase(app.databaseUrl, { maxConnections: 1 })
      await use(db)
      await close()
    },
    { scope: 'worker' },
  ],
  baseURL: ({ app }, use) => use(app.url),
})

const pause = (db: Database, what: 'all' | 'codes' | 'links') =>
  db.execute(sql`insert into latchkey.recovery_pauses (what, since) values (${what}, now())`)

const resume = (db: Database) => db.execute(sql`delete from latchkey.recovery_pauses`)

test.afterEach(({ appDb }) => resume(appDb))

/** Requests an email for a new account. The page then asks for its code. */
async function requestEmail(page: Page, app: TestApp, db: Database) {
  const robin = await insertAccount(db)
  await openCodePage(page, robin.email)
  const subject = words('email.passwordReset.subject', { brand: 'Latchkey' })
  const received = await waitForEmail(app.mailboxDir, robin.email, subject)
  return { robin, code: codeIn(received), link: linkIn(received) }
}

const refusal = (page: Page, text: string) => page.getByRole('alert').filter({ hasText: text })

test('while all recovery is paused, every page says so, and nothing that was entered is lost', async ({
  page,
  app,
  appDb: db,
}) => {
  const { robin, code, link } = await requestEmail(page, app, db)
  const form = await page.context().newPage()
  await form.goto(link)
  await expectHeading(form, words('resetPassword.title'))
  const request = await page.context().newPage()
  await request.goto('/forgot-password')
  await expect(request.getByText(words('paused.title'))).toBeHidden()

  await pause(db, 'all')
  await choosePassword(form, NEW_PASSWORD)
  await expect(refusal(form, words('errors.recovery-paused'))).toBeVisible()
  await expect(passwordField(form)).toHaveValue(NEW_PASSWORD)
  await expect(confirmPasswordField(form)).toHaveValue(NEW_PASSWORD)
  await expectWellMade(form, 'new password, refused while all is paused')
  await codeField(page).fill(code)
  await expect(refusal(page, words('errors.recovery-paused'))).toBeVisible()
  await expect(codeField(page)).toHaveValue(code)
  await expectWellMade(page, 'code, refused while all is paused')
  await accountField(request).fill(robin.username)
  await request.getByRole('button', { name: words('forgotPassword.submit') }).click()
  await expect(refusal(request, words('errors.recovery-paused'))).toBeVisible()
  await expect(accountField(request)).toHaveValue(robin.username)

  for (const opened of [page, request]) {
    await opened.reload()
    await expect(opened.getByText(words('paused.title'))).toBeVisible()
    await expectWellMade(opened, `${new URL(opened.url()).pathname} while all is paused`)
  }
  await page.goto(link)
  expect(new URL(page.url()).pathname).toBe('/reset-password')
  await expectHeading(page, words('refusedLink.recovery-paused.title'))
  await expectWellMade(page, 'a link while all is paused')

  await resume(db)
  await form.getByRole('button', { name: words('resetPassword.submit') }).click()
  await expectHeading(form, words('resetPassword.doneTitle'))
})

test('while codes are paused, the code page and the form after a code send people to the link', {
  tag: '@all',
}, async ({ page, app, appDb: db }) => {
  const { code, link } = await requestEmail(page, app, db)
  await pause(db, 'codes')
  await codeField(page).fill(code)
  await expect(refusal(page, words('errors.codes-paused'))).toBeVisible()
  await expect(codeField(page)).toHaveValue(code)
  await page.reload()
  await expect(page.getByText(words('code.codesPausedTitle'))).toBeVisible()
  await expectWellMade(page, 'code, paused')

  await resume(db)
  await codeField(page).fill(code)
  await expectHeading(page, words('resetPassword.title'))
  await pause(db, 'codes')
  await page.reload()
  await expectHeading(page, words('refusedLink.codes-paused.title'))
  await expectWellMade(page, 'new password while codes are paused')
  await page.goto(link)
  await expectHeading(page, words('resetPassword.title'))
})

test('while links are paused, an opened link leads to the code, and works afterwards', { tag: '@all' }, async ({
  page,
  app,
  appDb: db,
}) => {
  const { code, link } = await requestEmail(page, app, db)
  await pause(db, 'links')
  await page.reload()
  await expect(page.getByText(words('code.linksPaused'))).toBeVisible()
  await expectWellMade(page, 'code while links are paused')
  await page.goto(link)
  await expectHeading(page, words('refusedLink.links-paused.title'))
  await expect(page).toHaveTitle(`${words('refusedLink.links-paused.title')} · Latchkey`)
  expect(page.url()).not.toContain('token')
  await expectWellMade(page, 'a link while links are paused')
  await page.getByRole('link', { name: words('resetPassword.enterCode') }).click()
  await codeField(page).fill(code)
  await expectHeading(page, words('resetPassword.title'))

  await page.goto(link)
  await expectHeading(page, words('refusedLink.links-paused.title'))
  await resume(db)
  await page.reload()
  await expectHeading(page, words('resetPassword.title'))
})

test('the links and codes of an account that support has stopped say so, and only to their owner', {
  tag: '@all',
}, async ({ page, app, appDb: db }) => {
  const { robin, code, link } = await requestEmail(page, app, db)
  await page.goto(link)
  await passwordField(page).fill(NEW_PASSWORD)
  await confirmPasswordField(page).fill(NEW_PASSWORD)
  await db.execute(sql`insert into latchkey.frozen_accounts (account_id, since)
    select id::text, now() from latchkey.users where username = ${robin.username}`)
  await page.getByRole('button', { name: words('resetPassword.submit') }).click()
  await expect(refusal(page, words('errors.account-frozen'))).toBeVisible()
  await expect(passwordField(page)).toHaveValue(NEW_PASSWORD)
  await page.goto(link)
  await expectHeading(page, words('refusedLink.account-frozen.title'))
  // Without SUPPORT_URL there is nothing to link to.
  await expect(page.getByText(words('support.usualWay', { brand: 'Latchkey' }))).toBeVisible()
  await expect(page.getByRole('button', { name: words('retry.idle') })).toBeHidden()
  await expectWellMade(page, 'a link of a frozen account')
  await page.goto('/forgot-password/code')
  await codeField(page).fill(code)
  await expect(refusal(page, words('errors.account-frozen'))).toBeVisible()
})
