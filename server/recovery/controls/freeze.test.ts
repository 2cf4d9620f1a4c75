import { eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { secureAccountTokenOf } from '@/server/core/secrets'
import { frozenAccounts, passwordResetTokens } from '@/server/db/schema'
import { issueLink } from '@/server/recovery/issue-link'
import { openLink } from '@/server/recovery/open-link'
import { resetPassword } from '@/server/recovery/reset-password'
import { secureAccount } from '@/server/recovery/secure-account'
import { isSessionOpen, OTHER_PASSWORD, PASSWORD, signInTo, storedHash } from '@/server/testing/accounts'
import { createCodeFixture, otherClient, otherCode } from '@/server/testing/code-fixture'
import { createTestDatabase, openTestDatabase } from '@/server/testing/database'
import { afterFirstStatement, createOperator } from '@/server/testing/operator'
import { APP_URL } from '@/server/testing/recovery-fixture'
import { refusalOf } from '@/server/testing/refusal'

const { db, url } = await createTestDatabase()

/** An account with a live link and a live code. */
async function start() {
  const given = await createCodeFixture(db)
  given.fixture.clock.advance(1)
  return { ...given, operator: createOperator(given.fixture) }
}

const FROZEN = { code: 'account-frozen' }

describe('a frozen account', () => {
  it('gets no email; the request is accepted like any other', async () => {
    const { fixture, operator, account } = await start()
    await operator.freeze(account)
    fixture.clock.advance(60)
    const { id } = await fixture.request(account.email)
    await fixture.request(account.username, otherClient())
    await fixture.deliver()
    expect(fixture.mailbox.to(account.email)).toHaveLength(1) // the one from before
    const row = (await fixture.outbox()).find((each) => each.id === id)
    expect(row).toMatchObject({ status: 'ignored', reason: 'frozen', recipient: null })
    const tokens = await db.select().from(passwordResetTokens).where(eq(passwordResetTokens.accountId, account.id))
    expect(tokens).toHaveLength(1)
  })

  it('tells someone with its link, its grant or its right code', async () => {
    const { fixture, operator, account, link, enterRightCode } = await start()
    const granted = await createCodeFixture(db)
    const grant = { kind: 'grant' as const, token: (await granted.enterRightCode()).grant }
    await operator.freeze(account)
    await operator.freeze(granted.account)
    for (const secret of [link, granted.link, grant]) {
      expect(await refusalOf(openLink(fixture.ctx(), secret))).toEqual(FROZEN)
      const reset = resetPassword(fixture.ctx(), { secret, password: OTHER_PASSWORD })
      expect(await refusalOf(reset)).toEqual(FROZEN)
    }
    expect(await refusalOf(enterRightCode())).toEqual(FROZEN)
  })

  it('answers wrong codes as an unknown account does, as long as they are entered', async () => {
    const { fixture, operator, account, code, enter } = await start()
    await operator.freeze(account)
    for (let n = 0; n < 5; n++) {
      const [frozen, unknown] = await Promise.all([
        refusalOf(enter(account.email, otherCode(code), otherClient())),
        refusalOf(enter('nobody@example.com', otherCode(code), otherClient())),
      ])
      expect(frozen).toEqual(unknown)
      fixture.clock.advance(30)
    }
  })

  it('does not tell a code that is older than codes live', async () => {
    const { fixture, operator, account, enterRightCode } = await start()
    await operator.freeze(account)
    fixture.clock.advance(600)
    expect((await refusalOf(enterRightCode())).code).toBe('code-wrong')
  })

  it('is unknown to a trusted back end', async () => {
    const { fixture, operator, account } = await start()
    await operator.freeze(account)
    fixture.clock.advance(60)
    const issued = issueLink(fixture.ctx(), { account: account.email as never, form: 'v1', appUrl: APP_URL })
    expect(await refusalOf(issued)).toEqual({ code: 'account-unknown' })
  })

  it('keeps its password and its sessions', async () => {
    const { fixture, operator, account } = await start()
    const session = await signInTo(fixture.ctx(), account, PASSWORD)
    await operator.freeze(account)
    expect(await isSessionOpen(fixture.ctx(), session)).toBe(true)
    await signInTo(fixture.ctx(), account, PASSWORD)
  })

  it('can be secured by its owner, and no reset email follows', async () => {
    const { fixture, operator, account, link } = await start()
    await resetPassword(fixture.ctx(), { secret: link, password: OTHER_PASSWORD })
    await fixture.deliver()
    const notice = fixture.mailbox.to(account.email).at(-1)
    const session = await signInTo(fixture.ctx(), account, OTHER_PASSWORD)
    const before = await storedHash(db, account)
    await operator.freeze(account)
    const token = secureAccountTokenOf(fixture.secrets[0], notice?.id as string)
    expect(await secureAccount(fixture.ctx(), { token })).toEqual({ emailed: false })
    expect(await storedHash(db, account)).not.toBe(before)
    expect(await isSessionOpen(fixture.ctx(), session)).toBe(false)
    await fixture.deliver()
    expect(fixture.mailbox.to(account.email).at(-1)).toEqual(notice)
  })

  it('refuses a reset whose password is hashed while it is frozen, also before its secrets have ended', async () => {
    const { fixture, account, link } = await start()
    const before = await storedHash(db, account)
    const freezeOnly = () => db.insert(frozenAccounts).values({ accountId: account.id, since: fixture.clock.now() })
    const ctx = fixture.ctx({ db: afterFirstStatement(db, freezeOnly) })
    expect(await refusalOf(resetPassword(ctx, { secret: link, password: OTHER_PASSWORD }))).toEqual(FROZEN)
    expect(await storedHash(db, account)).toBe(before)
  })

  it('stays frozen for every server on the database', async () => {
    const { fixture, operator, account, link } = await start()
    const second = openTestDatabase(url)
    const onSecond = () => openLink(fixture.ctx({ db: second.db }), link)
    await onSecond()
    await operator.freeze(account)
    expect(await refusalOf(onSecond())).toEqual(FROZEN)
    await second.close()
  })
})

it('freezing leaves other accounts alone', async () => {
  const { fixture, operator, account } = await start()
  const other = await createCodeFixture(db)
  await operator.freeze(account)
  await other.enterRightCode()
  await openLink(fixture.ctx(), other.link)
})

it('unfreezing revives no secret, and the next request is emailed', async () => {
  const { fixture, operator, account, link, enterRightCode } = await start()
  expect(await operator.freeze(account)).toEqual({ wasFrozen: false, ended: 1 })
  expect(await operator.freeze(account)).toEqual({ wasFrozen: true, ended: 0 })
  expect(await operator.unfreeze(account)).toBe(true)
  expect(await operator.unfreeze(account)).toBe(false)
  expect((await refusalOf(openLink(fixture.ctx(), link))).code).toBe('link-expired')
  expect((await refusalOf(enterRightCode())).code).toBe('code-wrong')
  fixture.clock.advance(60)
  await openLink(fixture.ctx(), await fixture.mailedLink(account))
  expect(await fixture.eventsOf(account)).toEqual(expect.arrayContaining(['recovery-frozen', 'recovery-unfrozen']))
})

it('a secret that was minted while its account was being frozen does not work, then or later', async () => {
  const { fixture, operator, account } = await start()
  // The worker's statement began before the freeze: it does not see it.
  const late = await createCodeFixture(db)
  await operator.freeze(account)
  await db
    .update(passwordResetTokens)
    .set({ supersededAt: fixture.clock.now() })
    .where(eq(passwordResetTokens.accountId, account.id))
  await db.$client`update latchkey.password_reset_tokens t set account_id = ${account.id},
    account_state = (select account_state from latchkey.password_reset_tokens o where o.account_id = ${account.id} limit 1)
    where account_id = ${late.account.id}`
  expect(await refusalOf(openLink(fixture.ctx(), late.link))).toEqual(FROZEN)
  await operator.unfreeze(account)
  expect((await refusalOf(openLink(fixture.ctx(), late.link))).code).toBe('link-expired')
})

it('a freeze while a password is hashed stops its reset', async () => {
  const { fixture, operator, account, link } = await start()
  const freezing = fixture.ctx({ db: afterFirstStatement(db, () => operator.freeze(account)) })
  const reset = resetPassword(freezing, { secret: link, password: OTHER_PASSWORD })
  expect(await refusalOf(reset)).toEqual(FROZEN)
  expect(await fixture.eventsOf(account)).not.toContain('password-changed')
})

it('an account that does not exist cannot be frozen', async () => {
  const { operator } = await start()
  expect(await operator.freeze({ id: 'no such account' })).toBeNull()
  expect(await db.select().from(frozenAccounts).where(eq(frozenAccounts.accountId, 'no such account'))).toEqual([])
})
