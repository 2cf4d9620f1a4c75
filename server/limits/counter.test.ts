import { sql } from 'drizzle-orm'
import { beforeEach, describe, expect, it } from 'vitest'
import { runStatement } from '@/server/db/client'
import { rateLimits } from '@/server/db/schema'
import { statementOf } from '@/server/db/statement'
import { newClientAddress } from '@/server/testing/client-address'
import { createClock } from '@/server/testing/clock'
import { createTestDatabase } from '@/server/testing/database'
import { countLimits, type LimitResult, type LimitSubjects } from './counter'
import { LIMITS, type LimitedAction } from './limits'

const { db } = await createTestDatabase()
beforeEach(() => db.delete(rateLimits))

const clock = createClock()

/** Counts one call of an action, as the statement that it guards would. */
async function count(action: LimitedAction, given: Partial<LimitSubjects> = {}, cooldownSeconds?: number) {
  const subjects = { address: newClientAddress(), now: clock.now(), scale: 1, ...given }
  const { steps, result } = countLimits(action, subjects, cooldownSeconds)
  const [row] = await runStatement<LimitResult>(db, statementOf(steps, sql`select * from ${result}`))
  return row
}

const passed = { retryAfterSeconds: null, cooldownSecondsLeft: null }
const digest = (text: string) => Buffer.from(text.padEnd(32))

describe('an address', () => {
  it('has its budget, and then waits for the end of the window that its first call opened', async () => {
    const address = newClientAddress()
    for (let n = 0; n < 30; n++) {
      expect(await count('secure-account', { address })).toEqual(passed)
      clock.advance(1)
    }
    expect(await count('secure-account', { address })).toMatchObject({ retryAfterSeconds: 870 })
    clock.advance(869.5)
    expect(await count('secure-account', { address })).toMatchObject({ retryAfterSeconds: 1 })
    clock.advance(0.5)
    expect(await count('secure-account', { address })).toEqual(passed)
  })

  it('does not push the end of its window away by asking on', async () => {
    const address = newClientAddress()
    for (let n = 0; n < 200; n++) await count('secure-account', { address })
    clock.advance(900)
    expect(await count('secure-account', { address })).toEqual(passed)
  })

  it('has a budget for each action', async () => {
    const address = newClientAddress()
    const scale = 1 / 300
    for (const action of ['secure-account', 'open-link', 'reset-password'] as const) {
      expect(await count(action, { address, scale })).toEqual(passed)
    }
    expect(await count('open-link', { address, scale })).toMatchObject({ retryAfterSeconds: 900 })
  })

  it('is one count for fifty calls at once: no more pass than its budget', async () => {
    const address = newClientAddress()
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => count('secure-account', { address })))
    expect(outcomes.filter((outcome) => outcome?.retryAfterSeconds === null)).toHaveLength(30)
  })
})

describe('everybody together', () => {
  it('have a budget, whatever their addresses', async () => {
    const scale = 5 / 12_000
    for (let n = 0; n < 5; n++) expect(await count('request-reset', { scale })).toEqual(passed)
    expect(await count('request-reset', { scale })).toMatchObject({ retryAfterSeconds: 60 })
    clock.advance(60)
    expect(await count('request-reset', { scale })).toEqual(passed)
  })

  it('are counted on several rows where the budget is large, which together hold that budget', async () => {
    for (let n = 0; n < 300; n++) await count('request-reset')
    const rows = (await db.select().from(rateLimits)).filter((row) => row.bucket.includes(' global'))
    expect(rows.length).toBe(12)
    expect(rows.reduce((sum, row) => sum + row.count, 0)).toBe(300)
    await db.execute(sql`update rate_limits set count = 999 where bucket like '% global %'`)
    // 1,000 a row: the next call on each passes, the one after does not.
    const outcomes = []
    for (let n = 0; n < 200; n++) outcomes.push(await count('request-reset'))
    expect(outcomes.filter((outcome) => outcome?.retryAfterSeconds === null)).toHaveLength(12)
  })
})

describe('an identifier', () => {
  it('is counted from everywhere, and with each address as a pair', async () => {
    const address = newClientAddress()
    const identifierDigest = digest('ada@example.com')
    for (let n = 0; n < 20; n++) expect(await count('sign-in', { address, identifierDigest })).toEqual(passed)
    expect(await count('sign-in', { address, identifierDigest })).toMatchObject({ retryAfterSeconds: 900 })
    expect(await count('sign-in', { identifierDigest })).toEqual(passed)
    expect(await count('sign-in', { address, identifierDigest: digest('eve@example.com') })).toEqual(passed)
  })

  it('stands in the counters as a digest alone', async () => {
    await count('sign-in', { identifierDigest: digest('a digest') })
    const buckets = (await db.select().from(rateLimits)).map((row) => row.bucket)
    expect(buckets.filter((bucket) => bucket.includes(digest('a digest').toString('base64url')))).toHaveLength(2)
  })
})

describe('a cooldown', () => {
  const identifierDigest = digest('ada@example.com')

  it('tells how long is left of it, and refuses nothing by itself', async () => {
    expect(await count('request-reset', { identifierDigest }, 60)).toEqual(passed)
    clock.advance(20)
    expect(await count('request-reset', { identifierDigest }, 60)).toEqual({
      retryAfterSeconds: null,
      cooldownSecondsLeft: 40,
    })
    clock.advance(40)
    expect(await count('request-reset', { identifierDigest }, 60)).toEqual(passed)
  })

  it('is not scaled, and can be none', async () => {
    for (let n = 0; n < 3; n++) expect(await count('request-reset', { identifierDigest }, 0)).toEqual(passed)
    await count('request-reset', { identifierDigest, scale: 1000 }, 60)
    expect(await count('request-reset', { identifierDigest, scale: 1000 }, 60)).toMatchObject({
      cooldownSecondsLeft: 60,
    })
  })
})

describe('the scale', () => {
  it('multiplies the budgets of addresses, and leaves at least one call', async () => {
    const address = newClientAddress()
    for (let n = 0; n < 60; n++) expect(await count('secure-account', { address, scale: 2 })).toEqual(passed)
    expect(await count('secure-account', { address, scale: 2 })).toMatchObject({ retryAfterSeconds: 900 })
    expect(await count('secure-account', { scale: 0.000001 })).toEqual(passed)
  })
})

it('never lets two statements wait for each other, however their counters overlap', async () => {
  const addresses = Array.from({ length: 5 }, newClientAddress)
  const identifiers = ['a', 'b', 'c', 'd', 'e'].map(digest)
  const calls = Array.from({ length: 300 }, (_, n) =>
    count('sign-in', {
      address: addresses[n % 5] as string,
      identifierDigest: identifiers[(n * 3) % 5] as Buffer,
      scale: 100,
    }),
  )
  expect((await Promise.allSettled(calls)).filter((outcome) => outcome.status === 'rejected')).toEqual([])
})

it('counts nothing twice: every action names each of its subjects once', () => {
  for (const limits of Object.values(LIMITS)) {
    expect(new Set(limits.map((limit) => limit.subject)).size).toBe(limits.length)
  }
})

describe('an address that is over its own budget', () => {
  it('uses up nothing that it shares: no account is shut out, no cooldown begins, no global budget is spent', async () => {
    const identifierDigest = digest('victim')
    const intruder = newClientAddress()
    for (let n = 0; n < 400; n++) await count('sign-in', { address: intruder, identifierDigest })
    expect(await count('sign-in', { identifierDigest })).toEqual(passed)

    const asker = newClientAddress()
    for (let n = 0; n < 60; n++) await count('request-reset', { address: asker })
    const refused = await count('request-reset', { address: asker, identifierDigest }, 60)
    expect(refused).toMatchObject({ retryAfterSeconds: 900, cooldownSecondsLeft: null })
    expect(await count('request-reset', { identifierDigest }, 60)).toEqual(passed)

    const [shared] = await runStatement<{ count: number }>(
      db,
      sql`select sum(count)::int as count from rate_limits where bucket like 'request-reset global%'`,
    )
    expect(shared?.count).toBe(61)
  })
})
