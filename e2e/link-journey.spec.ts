import { sql } from 'drizzle-orm'
import { NEW_PASSWORD } from './accounts'
import { setRequestAge } from './code-actions'
import { expect, test } from './fixtures'
import { readResetEmail } from './mailbox'
import {
  accountField,
  choosePassword,
  expectHeading,
  expectSignInRefused,
  openAccountPage,
  openCodePage,
  openEmail,
  showText,
  signIn,
} from './page-actions'
import { secureMovedAccount } from './secure-account-actions'
import { words } from './words'

test('someone who is locked out gets back in with the emailed link, and every other device is signed out', async ({
  page,
  newAccount,
  otherDevice,
}) => {
  const robin = await newAccount()
  const laptop = await otherDevice()
  await openAccountPage(laptop, robin, robin.password)

  await page.goto('/')
  await page.getByRole('link', { name: words('home.forgot') }).click()
  await accountField(page).fill(robin.email)
  await page.getByRole('button', { name: words('forgotPassword.submit') }).click()
  await expect(page.getByRole('heading', { name: words('confirmAccount.title') })).toBeFocused()
  await expect(page.getByText(robin.fullName)).toBeVisible()
  await page.getByRole('button', { name: words('confirmAccount.yes') }).click()
  await expectHeading(page, words('code.title'))
  await expect(page.getByText(robin.email)).toBeVisible()

  await openEmail(page, robin.email, words('email.passwordReset.subject', { brand: 'Latchkey' }))
  const { code, link } = await readResetEmail(robin)
  await showText(page)
  await expect(page.getByRole('link', { name: link })).toBeVisible()
  await expect(page.locator('pre')).toContainText(code)
  await page.goBack()
  await page
    .frameLocator('iframe')
    .getByRole('link', { name: words('email.passwordReset.button') })
    .click()

  await expectHeading(page, words('resetPassword.title'))
  expect(new URL(page.url()).pathname).toBe('/reset-password')
  expect(page.url()).not.toContain('token')
  await choosePassword(page, NEW_PASSWORD)
  await expect(page.getByRole('heading', { name: words('resetPassword.doneTitle') })).toBeFocused()

  await expectSignInRefused(page, robin.email, robin.password)
  await signIn(page, robin.email, NEW_PASSWORD)

  await laptop.reload()
  await expectHeading(laptop, words('signIn.title'))

  const stranger = await otherDevice()
  await stranger.goto(link)
  await expectHeading(stranger, words('deadLink.link-used.title'))
  expect(new URL(stranger.url()).pathname).toBe('/forgot-password')
  expect(stranger.url()).not.toContain('token')

  await openEmail(page, robin.email, words('email.passwordChanged.subject', { brand: 'Latchkey' }))
})

test('someone whose password was changed by an intruder takes the account back', async ({
  page,
  newAccount,
  otherDevice,
}) => {
  const robin = await newAccount()
  await openCodePage(page, robin.email)
  await page.goto((await readResetEmail(robin)).link)
  await choosePassword(page, NEW_PASSWORD)
  await expectHeading(page, words('resetPassword.doneTitle'))
  const intruder = await otherDevice()
  await openAccountPage(intruder, robin, NEW_PASSWORD)

  await openEmail(page, robin.email, words('email.passwordChanged.subject', { brand: 'Latchkey' }))
  await page
    .frameLocator('iframe')
    .getByRole('link', { name: words('email.passwordChanged.button') })
    .click()
  await page.getByRole('button', { name: words('secureAccount.submit') }).click()
  await expectHeading(page, words('secureAccount.doneTitle'))
  expect(new URL(page.url()).pathname).toBe('/secure-account')
  expect(page.url()).not.toContain('token')

  await intruder.reload()
  await expectHeading(intruder, words('signIn.title'))
  await expectSignInRefused(intruder, robin.email, NEW_PASSWORD)
})

test('an owner whose address was changed too is sent to support, and no link is queued for the new address', {
  tag: '@all',
}, async ({ page, newAccount, db }) => {
  const robin = await newAccount()
  await secureMovedAccount(page, robin, db)
  await expect(page.getByText(words('secureAccount.elsewhereBody'))).toBeVisible()
  const queued = await db.execute(sql`select status from latchkey.mail_outbox
    where exempt_from_cooldown and account_id = (select id::text from latchkey.users where username = ${robin.username})`)
  expect([...queued]).toEqual([])
})

test('a signed-in user can email a link to their own address', async ({ page, newAccount }) => {
  const robin = await newAccount()
  await openAccountPage(page, robin, robin.password)
  await page.getByRole('button', { name: words('account.requestReset') }).click()
  await expect(page.getByText(words.markup('account.requestResetSent', { email: () => robin.email }))).toBeVisible()
  await readResetEmail(robin)
  await page.goto('/forgot-password')
  await expect(accountField(page)).toHaveValue(robin.email)
})

test('only the link of the newest email works, and an older one says so', async ({ page, newAccount, db }) => {
  const robin = await newAccount()
  await openCodePage(page, robin.email)
  const older = await readResetEmail(robin)
  await setRequestAge(db, robin, 120)
  await openCodePage(page, robin.username)
  const newer = await readResetEmail(robin, 2)
  await page.goto(older.link)
  await expectHeading(page, words('deadLink.link-superseded.title'))
  await page.goto(newer.link)
  await expectHeading(page, words('resetPassword.title'))
})

test('the account page says that an address cannot be emailed because an email bounced', { tag: '@all' }, async ({
  page,
  newAccount,
  db,
}) => {
  const robin = await newAccount()
  await db.execute(sql`insert into latchkey.mail_suppressions (account_id, address, kind, since)
    select id, email, 'bounced', now() from latchkey.users where username = ${robin.username}`)
  await openAccountPage(page, robin, robin.password)
  await expect(page.getByText(words('account.suppressionTitle'))).toBeVisible()
  await expect(page.getByText(words.markup('account.suppression.bounced', { email: () => robin.email }))).toBeVisible()
})
