import { sql } from 'drizzle-orm'
import { expect, it, vi } from 'vitest'
import { OTHER_PASSWORD } from '@/server/testing/accounts'
import { createCodeFixture, otherClient, otherCode } from '@/server/testing/code-fixture'
import { createTestDatabase } from '@/server/testing/database'
import { codeIn } from '@/server/testing/emails'
import { createOperator } from '@/server/testing/operator'
import { refusalOf } from '@/server/testing/refusal'
import { openLink } from './open-link'
import { resetPassword } from './reset-password'

const { db } = await createTestDatabase()

const waiting = async () => {
  const [row] = await db.execute<{ n: number }>(
    sql`select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
  )
  return row?.n
}

it('a kept link and the code of the newer email, used at the same time, do not deadlock', async () => {
  const { fixture, account, link, enter } = await createCodeFixture(db)
  await openLink(fixture.ctx(otherClient()), link)
  fixture.clock.advance(60)
  const code = codeIn(await fixture.mailed(account))
  let entering: Promise<unknown> = Promise.resolve()
  let redeeming: Promise<unknown> = Promise.resolve()
  const outcome = (promise: Promise<unknown>) =>
    promise.then(
      () => 'ok',
      (error) => error.cause?.code ?? error.code,
    )
  // Holds the newer row for a moment, so that both statements are under way.
  await db.transaction(async (tx) => {
    await tx.execute(
      sql`select from latchkey.password_reset_tokens where account_id = ${account.id} and superseded_at is null for update`,
    )
    entering = outcome(enter(account.email, code, otherClient()))
    await vi.waitFor(async () => expect(await waiting()).toBe(1), { timeout: 20_000 })
    redeeming = outcome(resetPassword(fixture.ctx(otherClient()), { secret: link, password: OTHER_PASSWORD }))
    await vi.waitFor(async () => expect(await waiting()).toBe(2), { timeout: 20_000 })
  })
  expect(await Promise.all([entering, redeeming])).not.toContain('40P01')
})

it('revoking everything while a kept link is redeemed does not deadlock', async () => {
  // The lower id is locked first by revoking, so the newer row must have it.
  const start = async () => {
    const codes = await createCodeFixture(db)
    await openLink(codes.fixture.ctx(otherClient()), codes.link)
    await refusalOf(codes.enter(codes.account.email, otherCode(codes.code), otherClient()))
    codes.fixture.clock.advance(60)
    await codes.fixture.mailed(codes.account)
    const rows = await db.execute<{ id: string; kept: boolean }>(
      sql`select id, kept_until is not null as kept from latchkey.password_reset_tokens where account_id = ${codes.account.id} order by id`,
    )
    return { ...codes, fits: rows[0]?.kept === false }
  }
  let started = await start()
  while (!started.fits) started = await start()
  const { fixture, account, link } = started
  const outcome = (promise: Promise<unknown>) =>
    promise.then(
      () => 'ok',
      (error) => error.cause?.code ?? error.code,
    )
  let redeeming: Promise<unknown> = Promise.resolve()
  let revoking: Promise<unknown> = Promise.resolve()
  await db.transaction(async (tx) => {
    await tx.execute(sql`select from latchkey.code_lockouts where subject = ${`account ${account.id}`} for update`)
    redeeming = outcome(resetPassword(fixture.ctx(otherClient()), { secret: link, password: OTHER_PASSWORD }))
    await vi.waitFor(async () => expect(await waiting()).toBe(1), { timeout: 20_000 })
    revoking = outcome(createOperator(fixture).revoke(account))
    await vi.waitFor(async () => expect(await waiting()).toBe(2), { timeout: 20_000 })
  })
  expect(await Promise.all([redeeming, revoking])).not.toContain('40P01')
})
