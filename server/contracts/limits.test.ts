import { sql } from 'drizzle-orm'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { rateLimits } from '@/server/db/schema'
import { SOCKET_ADDRESS_HEADER } from '@/server/http/client-address'
import { sharedDatabase } from '@/server/runtime'
import { API_ORIGIN, createApiClient, JSON_TYPE, stubApiEnvironment } from '@/server/testing/api-client'
import { createTestDatabase } from '@/server/testing/database'
import { initiateReset } from './initiate/handlers'
import { passwordResetEmail } from './v1/handlers'

const SERVICE_KEY = 'the-service-key-of-these-tests-0123456789'

const { db, url } = await createTestDatabase()
stubApiEnvironment(url)
vi.stubEnv('SERVICE_API_KEY', SERVICE_KEY)
vi.stubEnv('RATE_LIMIT_SCALE', '0.05') // `request-reset` allows a narrow network 3 calls in 15 minutes

beforeEach(() => db.delete(rateLimits))

interface Answer {
  status: number
  retryAfter: number
  text: string
}

let called = 0
const newEmail = () => `stranger-${++called}@example.com`
let networks = 0
/** The first three groups of an IPv6 address: a /48 that made no request. */
const newSite = () => `2001:db8:${(++networks).toString(16)}`

/** Without the request id, which differs between two answers. */
function answerOf({ status, headers, text }: { status: number; headers: Headers; text: string }): Answer {
  const requestId = headers.get('x-request-id') ?? ''
  return { status, retryAfter: Number(headers.get('retry-after')), text: text.replace(requestId, '…') }
}

async function callContract(endpoint: typeof initiateReset, from: string, headers: Record<string, string> = {}) {
  const response = await endpoint.POST(
    new Request(`${API_ORIGIN}/`, {
      method: 'POST',
      headers: { ...JSON_TYPE, [SOCKET_ADDRESS_HEADER]: from, ...headers },
      body: JSON.stringify({ email: newEmail() }),
    }),
    { params: Promise.resolve({}) },
  )
  return answerOf({ status: response.status, headers: response.headers, text: await response.text() })
}

const paths: [string, (from: string) => Promise<Answer>][] = [
  [
    'recovery.request',
    async (from) =>
      answerOf(
        await createApiClient({ [SOCKET_ADDRESS_HEADER]: from }).mutate('recovery.request', { account: newEmail() }),
      ),
  ],
  ['the contract initiate', (from) => callContract(initiateReset, from)],
]

/** Makes a number of calls, each from the next address, and returns their statuses. */
async function statusesOf(call: (from: string) => Promise<Answer>, addresses: string[]) {
  const statuses: number[] = []
  for (const address of addresses) statuses.push((await call(address)).status)
  return statuses
}

const times = (count: number, addressOf: (n: number) => string) => Array.from({ length: count }, (_, n) => addressOf(n))

describe.each(paths)('the networks that %s is counted under', (_, call) => {
  it('are the /64, the /56 and the /48 of an IPv6 address', async () => {
    const site = newSite()
    const link = (household: number) => (n: number) => `${site}:${(household * 256 + n).toString(16)}::1`
    expect(
      await statusesOf(
        call,
        times(4, (n) => `${site}:0:${n}::1`),
      ),
    ).toEqual([200, 200, 200, 429])
    expect(
      await statusesOf(
        call,
        times(10, (n) => link(0)(n + 1)),
      ),
    ).toEqual([...Array(9).fill(200), 429])
    for (const household of [1, 2, 3]) {
      expect(await statusesOf(call, times(13, link(household)))).toEqual([...Array(12).fill(200), 429])
    }
    expect((await call(link(4)(0))).status).toBe(429)
    expect((await call(`${newSite()}::1`)).status).toBe(200)
  })

  it('are an IPv4 address and its /24', async () => {
    const prefix = `198.51.${++networks}`
    expect(
      await statusesOf(
        call,
        times(4, () => `${prefix}.1`),
      ),
    ).toEqual([200, 200, 200, 429])
    const others = times(46, (n) => `::ffff:${prefix}.${n + 2}`)
    expect(await statusesOf(call, others)).toEqual([...Array(45).fill(200), 429])
    expect((await call(`198.51.${++networks}.1`)).status).toBe(200)
  })
})

describe.each(paths)('a network that %s has refused', (_, call) => {
  it('is refused again without a statement, with the same answer, until its window ends', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      const address = `${newSite()}::1`
      for (let n = 0; n < 3; n++) await call(address)
      vi.setSystemTime(Date.now() + 100_400)
      const refused = await call(address)
      expect(refused).toMatchObject({ status: 429, retryAfter: 800 })

      const statements = vi.spyOn(sharedDatabase().$client, 'unsafe')
      expect(await call(address)).toEqual(refused)
      vi.setSystemTime(Date.now() + 700_000)
      expect(await call(address)).toMatchObject({ status: 429, retryAfter: 100 })
      expect(statements).not.toHaveBeenCalled()

      vi.setSystemTime(Date.now() + 99_599)
      expect(await call(address)).toMatchObject({ status: 429, retryAfter: 1 })
      expect(statements).not.toHaveBeenCalled()
      vi.setSystemTime(Date.now() + 1)
      expect((await call(address)).status).toBe(200)
      expect(statements).toHaveBeenCalled()
    } finally {
      vi.restoreAllMocks()
      vi.useRealTimers()
    }
  })

  it('takes no connection of the pool, even while the counters are locked', async () => {
    const address = `${newSite()}::1`
    for (let n = 0; n < 4; n++) await call(address)
    await db.transaction(async (tx) => {
      await tx.execute(sql`lock table latchkey.rate_limits in access exclusive mode`)
      const refused = await Promise.all(Array.from({ length: 100 }, () => call(address)))
      expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([429]))
      await Promise.all(Array.from({ length: 10 }, () => sharedDatabase().$client`select 1`))
    })
  })
})

describe.each([
  ['initiate', initiateReset],
  ['v1', passwordResetEmail],
])('a trusted back end of the contract %s', (_, endpoint) => {
  const trusted = (from: string, key = SERVICE_KEY) => callContract(endpoint, from, { authorization: `Bearer ${key}` })
  const stranger = (from: string) => callContract(endpoint, from)

  it('is not refused because of strangers at its address, and uses up nothing of theirs', async () => {
    const address = `${newSite()}::1`
    for (let n = 0; n < 3; n++) expect((await stranger(address)).status).toBe(200)
    expect((await stranger(address)).status).toBe(429)
    for (let n = 0; n < 20; n++) expect((await trusted(address)).status).not.toBe(429)

    const other = `${newSite()}::1`
    for (let n = 0; n < 20; n++) await trusted(other)
    expect((await stranger(other)).status).toBe(200)
  })

  it('is a stranger with a wrong key', async () => {
    const address = `${newSite()}::1`
    const statuses = []
    for (let n = 0; n < 4; n++) statuses.push((await trusted(address, `${SERVICE_KEY}x`)).status)
    expect(statuses).toEqual([200, 200, 200, 429])
  })
})

it('trusted back ends have one budget, wherever they call from', async () => {
  const call = () => callContract(initiateReset, `${newSite()}::1`, { authorization: `Bearer ${SERVICE_KEY}` })
  for (let n = 0; n < 5; n++) expect((await call()).status).toBe(200)
  await db.execute(sql`update latchkey.rate_limits set count = 300 where bucket = 'request-reset network service-key'`)
  expect((await call()).status).toBe(429)
})
