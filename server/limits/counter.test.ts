import { beforeEach, describe, expect, it } from 'vitest'
import { runStatement } from '@/server/db/client'
import { rateLimits } from '@/server/db/schema'
import { sql } from '@/server/db/sql'
import { newClientNetworks } from '@/server/testing/client-address'
import { createTestDatabase } from '@/server/testing/database'
import { accepted, createLimitFixture } from '@/server/testing/limit-fixture'
import { LIMITS } from './limits'

const { db } = await createTestDatabase()
beforeEach(() => db.delete(rateLimits))

const { clock, count, countMany } = createLimitFixture(db)
const digest = (text: string) => Buffer.from(text.padEnd(32))

describe('the limit per network', () => {
  it('refuses calls over the budget until the window ends, which the first call started', async () => {
    const networks = newClientNetworks()
    for (let n = 0; n < 30; n++) {
      expect(await count('secure-account', { networks })).toEqual(accepted)
      clock.advance(1)
    }
    expect(await count('secure-account', { networks })).toMatchObject({ retryAfterSeconds: 870 })
    clock.advance(869.5)
    expect(await count('secure-account', { networks })).toMatchObject({ retryAfterSeconds: 1 })
    clock.advance(0.5)
    expect(await count('secure-account', { networks })).toEqual(accepted)
  })

  it('does not extend the window for refused calls', async () => {
    const networks = newClientNetworks()
    await countMany(200, 'secure-account', { networks })
    clock.advance(900)
    expect(await count('secure-account', { networks })).toEqual(accepted)
  })

  it('has a separate budget for each action', async () => {
    const networks = newClientNetworks()
    const scale = 1 / 300
    for (const action of ['secure-account', 'open-link', 'reset-password'] as const) {
      expect(await count(action, { networks, scale })).toEqual(accepted)
    }
    expect(await count('open-link', { networks, scale })).toMatchObject({ retryAfterSeconds: 900 })
  })

  it('holds for fifty calls at the same time', async () => {
    const networks = newClientNetworks()
    const outcomes = await countMany(50, 'secure-account', { networks })
    expect(outcomes.filter((outcome) => outcome?.retryAfterSeconds === null)).toHaveLength(30)
  })
})

describe('the global limit', () => {
  it('applies to all networks together', async () => {
    const scale = 5 / 12_000
    for (let n = 0; n < 5; n++) expect(await count('request-reset', { scale })).toEqual(accepted)
    // It raises an alarm, and names no network to remember.
    expect(await count('request-reset', { scale })).toEqual({ ...accepted, retryAfterSeconds: 60, isAlarm: true })
    clock.advance(60)
    expect(await count('request-reset', { scale })).toEqual(accepted)
  })

  it('spreads a large budget over several rows', async () => {
    await countMany(300, 'request-reset')
    const rows = (await db.select().from(rateLimits)).filter((row) => row.bucket.includes(' global'))
    expect(rows.length).toBe(12)
    expect(rows.reduce((sum, row) => sum + row.count, 0)).toBe(300)
    await runStatement(db, sql`update latchkey.rate_limits set count = 999 where bucket like '% global %'`)
    // Each row has a budget of 1,000: it accepts one more call and refuses the next.
    const outcomes = await countMany(200, 'request-reset')
    expect(outcomes.filter((outcome) => outcome?.retryAfterSeconds === null)).toHaveLength(12)
  })
})

describe('a budget that strangers can fill', () => {
  it.each(['reset-password', 'verify-code'] as const)('raises an alarm for %s, and refuses nothing', async (action) => {
    const scale = 5 / 6_000
    for (let n = 0; n < 5; n++) expect(await count(action, { scale })).toEqual(accepted)
    for (let n = 0; n < 3; n++) expect(await count(action, { scale })).toEqual({ ...accepted, isAlarm: true })
    clock.advance(3600)
    expect(await count(action, { scale })).toEqual(accepted)
  })
})

describe('the cooldown', () => {
  const identifierDigest = digest('ada@example.com')

  it('reports the remaining seconds and refuses nothing itself', async () => {
    expect(await count('request-reset', { identifierDigest }, 60)).toEqual(accepted)
    clock.advance(20)
    expect(await count('request-reset', { identifierDigest }, 60)).toEqual({ ...accepted, cooldownSecondsLeft: 40 })
    clock.advance(40)
    expect(await count('request-reset', { identifierDigest }, 60)).toEqual(accepted)
  })

  it('is not scaled, and can be zero', async () => {
    for (let n = 0; n < 3; n++) expect(await count('request-reset', { identifierDigest }, 0)).toEqual(accepted)
    await count('request-reset', { identifierDigest, scale: 1000 }, 60)
    expect(await count('request-reset', { identifierDigest, scale: 1000 }, 60)).toMatchObject({
      cooldownSecondsLeft: 60,
    })
  })
})

describe('the scale of the limits', () => {
  it('multiplies the budget per network and allows at least one call', async () => {
    const networks = newClientNetworks()
    for (let n = 0; n < 60; n++) expect(await count('secure-account', { networks, scale: 2 })).toEqual(accepted)
    expect(await count('secure-account', { networks, scale: 2 })).toMatchObject({ retryAfterSeconds: 900 })
    expect(await count('secure-account', { scale: 0.000001 })).toEqual(accepted)
  })
})

it('counting does not deadlock when the counters of concurrent statements overlap', async () => {
  const clients = Array.from({ length: 5 }, newClientNetworks)
  const identifiers = ['a', 'b', 'c', 'd', 'e'].map(digest)
  const calls = Array.from({ length: 300 }, (_, n) =>
    count(
      'request-reset',
      { networks: clients[n % 5], identifierDigest: identifiers[(n * 3) % 5] as Buffer, scale: 100 },
      60,
    ),
  )
  expect((await Promise.allSettled(calls)).filter((outcome) => outcome.status === 'rejected')).toEqual([])
})

it('LIMITS has at most one limit per action and subject', () => {
  for (const limits of Object.values(LIMITS)) {
    expect(new Set(limits.map((limit) => limit.subject)).size).toBe(limits.length)
  }
})

describe('a network over its own budget', () => {
  it('uses up no shared budget: neither the cooldown nor the global one', async () => {
    const identifierDigest = digest('victim')
    const requester = newClientNetworks()
    await countMany(60, 'request-reset', { networks: requester })
    const refused = await count('request-reset', { networks: requester, identifierDigest }, 60)
    expect(refused).toMatchObject({ retryAfterSeconds: 900, cooldownSecondsLeft: null })
    expect(await count('request-reset', { identifierDigest }, 60)).toEqual(accepted)

    const [shared] = await runStatement<{ count: number }>(
      db,
      sql`select sum(count)::int as count from latchkey.rate_limits where bucket like 'request-reset global%'`,
    )
    expect(shared?.count).toBe(61)
  })
})
