import type { Page } from '@playwright/test'
import { sql } from 'drizzle-orm'
import type { Database } from '@/server/db/client'
import { NEW_PASSWORD, type TestAccount } from './accounts'
import { readResetEmail } from './mailbox'
import { choosePassword, expectHeading, openCodePage, openEmail, showText } from './page-actions'
import { words } from './words'

/** Resets the password as an intruder would. Returns the link of the email about it, which secures the account. */
export async function resetByIntruder(page: Page, account: TestAccount): Promise<string> {
  await openCodePage(page, account.email)
  await page.goto((await readResetEmail(account)).link)
  await choosePassword(page, NEW_PASSWORD)
  await expectHeading(page, words('resetPassword.doneTitle'))
  await openEmail(page, account.email, words('email.passwordChanged.subject', { brand: 'Latchkey' }))
  await showText(page)
  return (await page.getByRole('link', { name: /secure-account/ }).getAttribute('href')) as string
}

/** Secures an account whose password an intruder has reset, and whose address they have changed. */
export async function secureMovedAccount(page: Page, account: TestAccount, db: Database): Promise<void> {
  const link = await resetByIntruder(page, account)
  const moved = `intruder.${account.email}`
  await db.execute(sql`update latchkey.users set email = ${moved} where username = ${account.username}`)
  await page.goto(link)
  await page.getByRole('button', { name: words('secureAccount.submit') }).click()
  await expectHeading(page, words('secureAccount.elsewhereTitle'))
}
