import { eq, sql } from 'drizzle-orm'
import { beforeEach, describe, expect, it } from 'vitest'
import { secondsAfter } from '@/server/core/context'
import { rateLimits } from '@/server/db/schema'
import { networksOf } from '@/server/http/client-address'
import { createTestDatabase } from '@/server/testing/database'
import { accepted, createLimitFixture } from '@/server/testing/limit-fixture'
import { NETWORK_FACTORS } from './limits'

const { db } = await createTestDatabase()
beforeEach(() => db.delete(rateLimits))

const { clock, count, countMany } = createLimitFixture(db)

/** The count of a network for `secure-account`, which allows a narrow network 30 calls. */
async function countOf(name: string): Promise<number> {
  const [row] = await db
    .select()
    .from(rateLimits)
    .where(eq(rateLimits.bucket, `secure-account network ${name}`))
  return row?.count ?? 0
}

describe('the limits of wider networks', () => {
  /** Calls from one network until it is refused. Returns how many were accepted, and what refused the next. */
  async function exhaust(addressOf: (n: number) => string) {
    for (let n = 0; ; n++) {
      const outcome = await count('secure-account', { networks: networksOf(addressOf(n)) })
      if (outcome?.refusedNetwork) return { accepted: n, refusedBy: outcome.refusedNetwork }
    }
  }

  it.each([
    ['ipv6/64', '2001:db8:a:b00::/64', (n: number) => `2001:db8:a:b00::${n}`],
    ['ipv6/56', '2001:db8:a:b00::/56', (n: number) => `2001:db8:a:b${(n % 256).toString(16).padStart(2, '0')}::1`],
    ['ipv6/48', '2001:db8:a::/48', (n: number) => `2001:db8:a:${((n * 256) % 65536).toString(16)}::1`],
    ['ipv4/32', '198.51.100.1', () => '198.51.100.1'],
    ['ipv4/24', '198.51.100.0/24', (n: number) => `198.51.100.${n % 256}`],
    ['unknown', 'unknown', (n: number) => `address ${n}`],
  ] as const)('%s has its factor times the narrow budget', async (width, name, addressOf) => {
    expect(await exhaust(addressOf)).toEqual({ accepted: 30 * NETWORK_FACTORS[width], refusedBy: name })
  })

  it('let a trusted back end call for many users, and the budget of all requests together does not refuse it', async () => {
    const networks = [{ name: 'service-key', width: 'service-key' }] as const
    const scale = 2 / 60 // 400 requests a minute from all networks together, 200 with the key in 15 minutes
    await countMany(400, 'request-reset', { scale })
    expect(await count('request-reset', { scale })).toMatchObject({ retryAfterSeconds: 60 })
    for (let n = 0; n < 200; n++) expect(await count('request-reset', { networks, scale })).toEqual(accepted)
    expect(await count('request-reset', { networks, scale })).toMatchObject({ refusedNetwork: 'service-key' })
  })

  it('grow with the network, so that a narrow one cannot use up a wider one', () => {
    const factorsOf = (address: string) => networksOf(address).map(({ width }) => NETWORK_FACTORS[width])
    for (const address of ['2001:db8::1', '192.0.2.1']) {
      for (const [n, factor] of factorsOf(address).slice(1).entries())
        expect(factor).toBeGreaterThanOrEqual(4 * (factorsOf(address)[n] as number))
    }
  })

  it('are not used up by refused calls of a narrower network', async () => {
    const address = '2001:db8:a:b01::1'
    for (let n = 0; n < 200; n++) await count('secure-account', { networks: networksOf(address) })
    for (const name of ['2001:db8:a:b01::/64', '2001:db8:a:b00::/56', '2001:db8:a::/48'])
      expect(await countOf(name)).toBe(30)

    // A /56 that is used up does not use up the /48.
    await exhaust((n) => `2001:db8:a:b${((n % 200) + 2).toString(16).padStart(2, '0')}::1`)
    const used = await countOf('2001:db8:a::/48')
    for (let n = 0; n < 50; n++)
      await count('secure-account', { networks: networksOf(`2001:db8:a:b${(n + 200).toString(16)}::1`) })
    expect(await countOf('2001:db8:a::/48')).toBe(used)
    expect(used).toBe(30 * NETWORK_FACTORS['ipv6/56'])
  })

  it('are used up by no more refused calls than run at the same time', async () => {
    const networks = networksOf('198.51.100.1')
    const outcomes = await countMany(200, 'secure-account', { networks })
    expect(outcomes.filter((outcome) => outcome?.retryAfterSeconds === null)).toHaveLength(30)
    expect(await countOf('198.51.100.0/24')).toBeLessThan(30 + 10) // the connections of the pool
  })

  it('refuse without writing', async () => {
    const networks = networksOf('198.51.100.1')
    await countMany(31, 'secure-account', { networks })
    const rows = () => db.execute(sql`select bucket, count, xmin::text from latchkey.rate_limits order by bucket`)
    const before = await rows()
    expect(await count('secure-account', { networks })).toMatchObject({ refusedNetwork: '198.51.100.1' })
    expect(await rows()).toEqual(before)
  })

  it('tell until when the network is refused, to the millisecond', async () => {
    const networks = networksOf('198.51.100.1')
    const until = secondsAfter(clock.now(), 900)
    for (let n = 0; n < 30; n++) await count('secure-account', { networks })
    clock.advance(0.001)
    expect(await count('secure-account', { networks })).toEqual({
      ...accepted,
      retryAfterSeconds: 900,
      refusedNetwork: '198.51.100.1',
      refusedUntil: until,
    })
  })

  it('do not deadlock when many networks of one site call at the same time', async () => {
    const calls = Array.from({ length: 300 }, (_, n) =>
      count(
        'request-reset',
        {
          networks: networksOf(`2001:db8:a:${((n * 97) % 1024).toString(16)}::1`),
          identifierDigest: Buffer.from(`${n % 3}`.padEnd(32)),
          scale: 100,
        },
        60,
      ),
    )
    expect((await Promise.allSettled(calls)).filter((outcome) => outcome.status === 'rejected')).toEqual([])
  })
})
