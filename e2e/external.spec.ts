import { expect, type Page, test } from '@playwright/test'
import { createDatabase, type Database } from '@/server/db/client'
import { type ExternalApp, MEMBERS_SIGN_IN, startExternalApp } from '@/server/testing/external-app'
import { setProvider } from '@/server/testing/legacy-members'
import { NEW_PASSWORD } from './accounts'
import { codeIn, linkIn } from './mailbox'
import { insertMember, isMemberSignedIn, type Member, signInAsMember } from './members'
import { accountField, choosePassword, codeField, expectHeading } from './page-actions'
import { words } from './words'

// With ACCOUNTS=external, in front of the members of another application.
test.describe.configure({ mode: 'default' })

let app: ExternalApp
let db: Database
let close: () => Promise<void>

test.beforeAll(async () => {
  app = await startExternalApp({ RATE_LIMIT_SCALE: '100' })
  const database = createDatabase(app.databaseUrl, { maxConnections: 2 })
  db = database.db
  close = database.close
})

test.afterAll(async () => {
  await close?.()
  await app?.stop()
})

/** The emails with this subject to an address, once there are `count`. */
async function emailsTo({ email }: { email: string }, subject: string, count = 1) {
  const matching = () => app.resend.accepted.filter((one) => one.to.includes(email) && one.subject === subject)
  await expect.poll(() => matching().length, { timeout: 60_000 }).toBe(count)
  return matching().map((one) => ({ text: one.text ?? '' }))
}

async function requestEmail(page: Page, typed: string) {
  await page.goto(`${app.url}/forgot-password`)
  await accountField(page).fill(typed)
  await page.getByRole('button', { name: words('forgotPassword.submit') }).click()
  await expectHeading(page, words('code.title'))
}

/** The email that names this account, among those to an address that several accounts share. */
const emailOf = (emails: { text: string }[], { username }: Member) =>
  emails.find(({ text }) => text.includes(username)) as { text: string }

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', {
    tag: javaScriptEnabled ? [] : '@all',
  }, () => {
    test.use({ javaScriptEnabled })

    test('a member resets the password by link, is sent to sign in at the site, and takes the account back', async ({
      page,
    }) => {
      const robin = await insertMember(db)
      const session = await signInAsMember(db, robin.username, robin.password)
      await requestEmail(page, robin.email)
      const [email] = await emailsTo(robin, words('email.passwordReset.subject', { brand: 'Latchkey' }))
      await page.goto(linkIn(email as { text: string }))
      await expectHeading(page, words('resetPassword.title'))
      expect(page.url()).not.toContain('token')
      await choosePassword(page, NEW_PASSWORD)
      await expectHeading(page, words('resetPassword.doneTitle'))
      expect(await isMemberSignedIn(db, session)).toBe(false)
      expect(await signInAsMember(db, robin.username, robin.password)).toBe('')
      const intruder = await signInAsMember(db, robin.username, NEW_PASSWORD)
      expect(intruder).not.toBe('')

      await page.getByRole('link', { name: words('resetPassword.signIn') }).click()
      await expectHeading(page, MEMBERS_SIGN_IN)
      expect(page.url()).toBe(app.signInUrl)

      const [changed] = await emailsTo(robin, words('email.passwordChanged.subject', { brand: 'Latchkey' }))
      await page.goto(linkIn(changed as { text: string }))
      await page.getByRole('button', { name: words('secureAccount.submit') }).click()
      await expectHeading(page, words('secureAccount.doneTitle'))
      expect(await isMemberSignedIn(db, intruder)).toBe(false)
      expect(await signInAsMember(db, robin.username, NEW_PASSWORD)).toBe('')
    })
  })
}

test('a member resets the password by code', { tag: '@all' }, async ({ page }) => {
  const robin = await insertMember(db)
  await requestEmail(page, robin.username)
  const [email] = await emailsTo(robin, words('email.passwordReset.subject', { brand: 'Latchkey' }))
  await codeField(page).fill(codeIn(email as { text: string }))
  await expectHeading(page, words('resetPassword.title'))
  await choosePassword(page, NEW_PASSWORD)
  await expectHeading(page, words('resetPassword.doneTitle'))
  expect(await signInAsMember(db, robin.username, NEW_PASSWORD)).not.toBe('')
})

test('two members with one email address each get an email that works for themselves only', { tag: '@all' }, async ({
  page,
}) => {
  const robin = await insertMember(db)
  const kim = await insertMember(db, { email: robin.email, fullName: 'Kim Reader' })
  await requestEmail(page, robin.email)
  const emails = await emailsTo(robin, words('email.passwordReset.subject', { brand: 'Latchkey' }), 2)

  await codeField(page).fill(codeIn(emailOf(emails, kim)))
  await expectHeading(page, words('resetPassword.title'))
  await choosePassword(page, NEW_PASSWORD)
  await expectHeading(page, words('resetPassword.doneTitle'))
  expect(await signInAsMember(db, kim.username, NEW_PASSWORD)).not.toBe('')
  expect(await signInAsMember(db, robin.username, robin.password)).not.toBe('')

  await page.goto(linkIn(emailOf(emails, robin)))
  await choosePassword(page, 'another river lantern 42')
  await expectHeading(page, words('resetPassword.doneTitle'))
  expect(await signInAsMember(db, robin.username, 'another river lantern 42')).not.toBe('')
  expect(await signInAsMember(db, kim.username, NEW_PASSWORD)).not.toBe('')
})

test('a member who signs in with Google is told so, and the page says the same as to everyone', async ({ page }) => {
  const robin = await insertMember(db, { passwordHash: null })
  await setProvider(db, robin, 'google')
  await requestEmail(page, robin.email)
  const [email] = await emailsTo(robin, words('email.signInVia.subject', { brand: 'Latchkey' }))
  expect(email?.text).toContain('Google')
  expect(linkIn(email as { text: string })).toBe('')
  expect(codeIn(email as { text: string })).toBe('')
  await codeField(page).fill('000000')
  await expect(page.getByRole('alert').filter({ hasText: /2 tries left/ })).toBeVisible()
})

test('people sign in at the site: no page and no procedure of Latchkey does it', { tag: '@all' }, async ({
  page,
  request,
}) => {
  for (const method of ['get', 'head'] as const) {
    const answer = await request[method](`${app.url}/sign-in`, { maxRedirects: 0 })
    expect(answer.status()).toBe(307)
    expect(answer.headers().location).toBe(app.signInUrl)
  }
  expect((await request.get(`${app.url}/account`)).status()).toBe(404)
  const robin = await insertMember(db)
  for (const data of [{ account: robin.email, password: robin.password }, {}]) {
    const answer = await request.post(`${app.url}/api/trpc/session.signIn`, { data })
    expect(answer.status()).toBe(404)
    expect((await answer.json()).error.data.code).toBe('NOT_FOUND')
    expect(answer.headers()['set-cookie']).toBeUndefined()
  }
  for (const procedure of ['account.sessions', 'account.securityEvents', 'account.suppression']) {
    expect((await request.get(`${app.url}/api/trpc/${procedure}`)).status()).toBe(404)
  }

  for (const [path, link] of [
    ['/', words('home.signIn')],
    ['/forgot-password', words('forgotPassword.signIn')],
  ] as const) {
    await page.goto(`${app.url}${path}`)
    await page.getByRole('link', { name: link }).click()
    await expectHeading(page, MEMBERS_SIGN_IN)
    expect(page.url()).toBe(app.signInUrl)
  }
})
