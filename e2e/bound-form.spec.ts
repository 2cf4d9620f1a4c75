import type { Page } from '@playwright/test'
import { sql } from 'drizzle-orm'
import type { Database } from '@/server/db/client'
import { NEW_PASSWORD, type TestAccount } from './accounts'
import { expect, test } from './fixtures'
import { readResetEmail } from './mailbox'
import {
  choosePassword,
  codeField,
  confirmPasswordField,
  expectHeading,
  openCodePage,
  passwordField,
} from './page-actions'
import { words } from './words'

/** Gives the account an address that looks different when it is masked. */
async function moveTo(db: Database, account: TestAccount, domain: string): Promise<TestAccount> {
  const email = `mallory.${account.username}@${domain}`
  await db.execute(sql`update latchkey.users set email = ${email} where username = ${account.username}`)
  return { ...account, email }
}

async function signInStatus(page: Page, account: string, password: string): Promise<number> {
  const response = await page.request.post('/api/trpc/session.signIn', { data: { account, password } })
  return response.status()
}

test('a form for one account never changes another one, although the browser was led to another link', async ({
  page,
  context,
  newAccount,
  otherDevice,
  db,
}) => {
  const robin = await newAccount()
  const mallory = await moveTo(db, await newAccount(), 'attacker.test')
  const elsewhere = await otherDevice()
  await openCodePage(elsewhere, mallory.email)
  const attack = (await readResetEmail(mallory)).link

  await openCodePage(page, robin.email)
  const { code, link } = await readResetEmail(robin)
  await codeField(page).fill(code)
  await expectHeading(page, words('resetPassword.title'))
  await expect(page.getByText('r•••@e•••.com')).toBeVisible()
  await passwordField(page).fill(NEW_PASSWORD)
  await confirmPasswordField(page).fill(NEW_PASSWORD)

  // Any website can make the browser follow a link.
  const tab = await context.newPage()
  await tab.goto(attack)
  await expectHeading(tab, words('resetPassword.title'))
  await expect(tab.getByText('m•••@a•••.test')).toBeVisible()

  await page.getByRole('button', { name: words('resetPassword.submit') }).click()
  const refusal = page.getByRole('alert').filter({ hasText: words('errors.secret-changed') })
  await expect(refusal).toBeVisible()
  await expect(passwordField(page)).toHaveValue(NEW_PASSWORD)
  await expect(confirmPasswordField(page)).toHaveValue(NEW_PASSWORD)
  for (const { email, password } of [robin, mallory]) {
    expect(await signInStatus(elsewhere, email, NEW_PASSWORD)).toBe(401)
    expect(await signInStatus(elsewhere, email, password)).toBe(200)
  }

  await page.getByRole('button', { name: words('retry.reload') }).click()
  await expect(page.getByText('m•••@a•••.test')).toBeVisible()

  // The person's own link still works, and changes their own account.
  await page.goto(link)
  await expect(page.getByText('r•••@e•••.com')).toBeVisible()
  await choosePassword(page, NEW_PASSWORD)
  await expectHeading(page, words('resetPassword.doneTitle'))
  expect(await signInStatus(elsewhere, robin.email, NEW_PASSWORD)).toBe(200)
  expect(await signInStatus(elsewhere, mallory.email, NEW_PASSWORD)).toBe(401)
})
