import { sql } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { identifierSchema } from '@/server/core/schemas'
import { createDatabase, type Database } from '@/server/db/client'
import { passwordResetTokens } from '@/server/db/schema'
import { openLink } from '@/server/recovery/open-link'
import { resetPassword } from '@/server/recovery/reset-password'
import { secureAccount } from '@/server/recovery/secure-account'
import { verifyCode } from '@/server/recovery/verify-code'
import {
  changeAccount,
  isSessionOpen,
  OTHER_PASSWORD,
  PASSWORD,
  readAccount,
  signInTo,
  storedHash,
} from '@/server/testing/accounts'
import { createTestDatabase, waitForBlocked } from '@/server/testing/database'
import { codeIn, tokenIn } from '@/server/testing/emails'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { refusalOf } from '@/server/testing/refusal'
import { createResetFixture } from '@/server/testing/reset-fixture'

const { db, directUrl } = await createTestDatabase()

/** A connection with an open transaction. */
async function beginTransaction() {
  const connection = await db.$client.reserve()
  await connection.unsafe('begin')
  return {
    unsafe: connection.unsafe,
    db: { $client: connection } as unknown as Database,
    async commit() {
      await connection.unsafe('commit')
      connection.release()
    },
  }
}

const CHANGE_ADDRESS = "update legacy.members set mail_address = 'moved.' || mail_address where member_no = $1::bigint"

it('a reset waits for a change of the address that came first, and is refused: the link went to the old address', async () => {
  const { fixture, account, secret, reset } = await createResetFixture(db)
  const application = await beginTransaction()
  await application.unsafe(CHANGE_ADDRESS, [account.id])
  const resetting = refusalOf(reset())
  await waitForBlocked(db, 1)
  await application.commit()
  expect(await resetting).toEqual({ code: 'link-expired' })
  expect(await storedHash(db, account)).toBe(account.passwordHash)
  await changeAccount(db, account, { email: account.email })
  expect(await refusalOf(openLink(fixture.ctx(), secret))).toEqual({ code: 'link-expired' })
})

it('a change of the address waits for a reset that came first, and both take place', async () => {
  const { fixture, account, reset } = await createResetFixture(db)
  const latchkey = await beginTransaction()
  await reset(OTHER_PASSWORD, fixture.ctx({ db: latchkey.db }))
  const changing = db.$client.unsafe(CHANGE_ADDRESS, [account.id]).execute()
  await waitForBlocked(db, 1)
  await latchkey.commit()
  await changing
  expect(await readAccount(db, account)).toMatchObject({ mail_address: `moved.${account.email}`, pw_serial: 2 })
  await signInTo(fixture.ctx(), account, OTHER_PASSWORD)
})

it('nothing is spent when set_password returns false', async () => {
  const { fixture, account, secret, reset } = await createResetFixture(db)
  const session = await signInTo(fixture.ctx(), account, PASSWORD)
  const before = await readAccount(db, account)
  const [original] = await db.execute<{ definition: string }>(
    sql`select pg_get_functiondef('latchkey.set_password(bigint, text)'::regprocedure) as definition`,
  )
  await db.execute(
    sql`create or replace function latchkey.set_password(id bigint, hash text) returns boolean language sql as 'select false'`,
  )
  await refusalOf(reset())
  await db.execute(sql.raw(original?.definition as string))

  expect(await readAccount(db, account)).toEqual(before)
  expect(await isSessionOpen(fixture.ctx(), session)).toBe(true)
  expect(await fixture.eventsOf(account)).toEqual(['reset-mailed', 'reset-requested'])
  const tokens = await db.select().from(passwordResetTokens)
  expect(tokens.filter((row) => row.accountId === account.id).map((row) => row.usedAt)).toEqual([null])
  await openLink(fixture.ctx(), secret)
  await reset()
  await fixture.deliver()
  expect(fixture.mailbox.to(account.email)).toHaveLength(2)
})

it("a role without rights on the application's tables recovers accounts by link and by code, and secures them", async () => {
  const url = Object.assign(new URL(directUrl), { username: 'latchkey_server', password: 'latchkey_server' })
  const role = createDatabase(url.href)
  try {
    await expect(role.db.execute(sql`select from legacy.members`)).rejects.toThrow()
    await expect(role.db.execute(sql`update latchkey.accounts set active = false`)).rejects.toThrow()
    const fixture = createRecoveryFixture(role.db, { policy: { passwordHash: 'bcrypt' } })
    const account = await createRecoveryFixture(db).account()
    const asApplication = fixture.ctx({ db })
    const session = await signInTo(asApplication, account, PASSWORD)

    const secret = await fixture.mailedLink(account)
    await resetPassword(fixture.ctx(), { secret, password: OTHER_PASSWORD })
    expect(await isSessionOpen(asApplication, session)).toBe(false)
    await signInTo(asApplication, account, OTHER_PASSWORD)
    await fixture.deliver()
    await secureAccount(fixture.ctx(), { token: tokenIn(fixture.mailbox.to(account.email).at(-1)) })
    expect(await refusalOf(signInTo(asApplication, account, OTHER_PASSWORD))).toEqual({ code: 'sign-in-failed' })
    await fixture.deliver()

    const code = codeIn(fixture.mailbox.to(account.email).at(-1))
    const { grant } = await verifyCode(fixture.ctx(), { account: identifierSchema.parse(account.username), code })
    await resetPassword(fixture.ctx(), { secret: { kind: 'grant', token: grant }, password: 'back in my own hands' })
    await signInTo(asApplication, account, 'back in my own hands')
    expect(await storedHash(db, account)).toMatch(/^\$2a\$12\$/)
  } finally {
    await role.close()
  }
})
