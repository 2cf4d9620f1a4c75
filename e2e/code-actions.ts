import { expect, type Locator, type Page } from '@playwright/test'
import { sql } from 'drizzle-orm'
import type { Database } from '@/server/db/client'
import type { TestAccount } from './accounts'
import { codeField } from './page-actions'
import { type Words, words } from './words'

/** A wrong code; another one for each `turn` from 1 on. */
export const wrongCode = (right: string, turn = 1) => String((Number(right) + turn) % 1_000_000).padStart(6, '0')

/** Records the codes that a page sends to the server from now on. */
export function recordSentCodes(page: Page) {
  const sent: string[] = []
  page.on('request', (request) => {
    if (request.url().endsWith('/recovery.verifyCode')) sent.push(request.postDataJSON().code)
  })
  return sent
}

/** Enters three wrong codes. Returns the time (ms) before the last one, at or after which the block begins. */
export async function blockCodes(page: Page, right: string): Promise<number> {
  let before = Date.now()
  for (const [index, answer] of [/2 tries left/, /1 try left/, words('code.blockedTitle')].entries()) {
    before = Date.now()
    await codeField(page).fill(wrongCode(right, index + 1))
    await expect(page.getByRole('alert').filter({ hasText: answer })).toBeVisible()
    await expect(codeField(page)).toHaveValue('')
  }
  return before
}

/** Ends the block of an account's codes in the database. Pages that are open do not know of it. */
export const endBlock = (db: Database, { username }: TestAccount) =>
  db.execute(sql`update latchkey.code_lockouts set blocked_until = now() - interval '1 second'
    where subject = (select 'account ' || id from latchkey.users where username = ${username})`)

/**
 * Makes the next wrong code the thirtieth in a row.
 * @param account only this one; without it every name that a wrong code was entered for
 */
export const nearCodesOff = (db: Database, account?: TestAccount) =>
  db.execute(sql`update latchkey.code_lockouts set tries = 2, blocks = 9, blocked_until = null
    where ${account?.username ?? null}::text is null
      or subject = (select 'account ' || id from latchkey.users where username = ${account?.username ?? null})`)

/** Ends the time in which an account's right code may change the password. */
export const expireGrant = (db: Database, { username }: TestAccount) =>
  db.execute(sql`update latchkey.password_reset_tokens set grant_expires_at = now() - interval '1 second'
    where account_id = (select id::text from latchkey.users where username = ${username})`)

/** Makes the account's requests and their emails this old. */
export async function setRequestAge(db: Database, { username }: TestAccount, seconds: number) {
  for (const table of ['mail_outbox', 'password_reset_tokens']) {
    await db.execute(sql`update ${sql.identifier('latchkey')}.${sql.identifier(table)} set created_at = now() - make_interval(secs => ${seconds})
      where account_id = (select id::text from latchkey.users where username = ${username})`)
  }
}

/** The countdown on the button that sends another email. */
export const resendCountdown = (page: Page, texts: Words = words) =>
  page.getByRole('button', { name: texts('resend.waiting', { clock: '' }) })

/** The countdown of a block. */
export const blockCountdown = (page: Page) => page.getByRole('timer')

/** The seconds that a countdown shows, as "1:05" or "65". */
export function secondsShown(text: string): number {
  const [, minutes = 0, seconds] = /(?:(\d+):)?(\d+)\D*$/.exec(text) ?? []
  return Number(minutes) * 60 + Number(seconds)
}

/**
 * Expects a countdown of `total` seconds that began at or after the time `since` (ms). It may have lost as many
 * seconds as have passed, however slow the machine is.
 */
export async function expectCountdown(countdown: Locator, total: number, since: number) {
  // Until its script runs, a page shows the time when the countdown ends instead.
  await expect(countdown).not.toContainText('UTC')
  const shown = secondsShown((await countdown.textContent()) ?? '')
  expect(shown).toBeLessThanOrEqual(total)
  expect(shown).toBeGreaterThanOrEqual(Math.floor(total - (Date.now() - since) / 1000) - 1)
}
