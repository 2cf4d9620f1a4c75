import { randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Database } from '@/server/db/client'
import { type MailKind, mailOutbox } from '@/server/db/schema'
import { createTestDatabase } from '@/server/testing/database'
import type { Fault } from '@/server/testing/resend-stand-in'
import { createResendWorld } from '@/server/testing/resend-world'
import type { Composer } from './delivery'
import { LEASE_SECONDS } from './outbox'
import { PACE } from './pace'
import type { MailTransport } from './transports/transport'

const { db } = await createTestDatabase()
beforeEach(() => db.delete(mailOutbox))
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

const rows = () => db.select().from(mailOutbox).orderBy(mailOutbox.createdAt)

describe('a call whose outcome is unknown', () => {
  const faults: [string, Fault][] = [
    ['the connection breaks before it is accepted', { kind: 'reset' }],
    ['the connection breaks after it was accepted', { kind: 'reset', accepted: true }],
    ['a proxy answers with HTML', { kind: 'html' }],
    ['a proxy answers with HTML after it was accepted', { kind: 'html', accepted: true }],
    ['the provider fails', { kind: 'error', status: 500 }],
    ['the provider fails after it was accepted', { kind: 'error', status: 503, accepted: true }],
  ]
  it.each(faults)('is made again with the same key and the same bytes: %s', async (_, fault) => {
    const { world, resend, worker, ask, statuses } = await createResendWorld(db)
    const addresses = await ask(3)
    resend.fail(fault)
    await worker().drain()
    expect(await statuses()).toEqual(['sending'])
    world.clock.advance(120)
    await worker().drain()
    expect(resend.calls.map((call) => call.key)).toEqual([resend.calls[0]?.key, resend.calls[0]?.key])
    expect(resend.calls[1]?.body).toBe(resend.calls[0]?.body)
    expect(resend.accepted.map((mail) => mail.to[0])).toEqual(addresses)
    expect(await statuses()).toEqual(['sent'])
  })

  it('is given up in time, well within the lease, and made again', async () => {
    const patience = new AbortController()
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValueOnce(patience.signal)
    const { world, resend, worker, ask, statuses } = await createResendWorld(db)
    await ask(1)
    resend.fail({ kind: 'hang', accepted: true })
    const draining = worker().drain()
    await resend.waitForCalls(1)
    expect(timeout).toHaveBeenCalledWith(PACE.callTimeout)
    expect(2 * PACE.callTimeout).toBeLessThan(LEASE_SECONDS * 1000)
    patience.abort()
    await draining
    world.clock.advance(120)
    await worker().drain()
    expect(resend.accepted).toHaveLength(1)
    expect(await statuses()).toEqual(['sent'])
  })

  it('is made again later each time, within a minute and a quarter', async () => {
    const { world, resend, worker, ask } = await createResendWorld(db)
    await ask(1)
    const expected = [1, 2, 4, 8, 16, 32, 60, 60, 60]
    for (const seconds of expected) {
      resend.fail({ kind: 'error', status: 500 })
      await worker().drain()
      const [row] = await rows()
      const wait = ((row?.leaseExpiresAt?.getTime() ?? 0) - world.clock.now().getTime()) / 1000
      expect(wait).toBeGreaterThanOrEqual(0.75 * seconds)
      expect(wait).toBeLessThanOrEqual(1.25 * seconds)
      world.clock.advance(80)
    }
  })

  it('keeps why, and holds up other mail for a moment only', async () => {
    const { world, resend, worker, ask } = await createResendWorld(db)
    const one = worker()
    await ask(1)
    resend.fail(Array.from({ length: 3 }, () => ({ kind: 'error', status: 500, message: 'Out of order.' }) as const))
    for (let n = 0; n < 3; n++) {
      await one.drain()
      world.clock.advance(5)
    }
    expect(await rows()).toMatchObject([{ status: 'sending', reason: expect.stringContaining('Out of order.') }])
    const [late] = await ask(1)
    await one.drain()
    expect(resend.mailsTo(late as string)).toHaveLength(1)
  })
})

describe('a provider that wants no calls', () => {
  it('is left alone for as long as it says, by new mail too', async () => {
    const { world, resend, worker, ask } = await createResendWorld(db)
    const one = worker()
    await ask(1)
    resend.fail({ kind: 'rate-limit', retryAfter: 7 })
    await one.drain()
    await ask(1)
    world.clock.advance(6.9)
    await one.drain()
    expect(resend.calls).toHaveLength(1)
    world.clock.advance(0.1)
    await one.drain()
    expect(resend.accepted).toHaveLength(2)
    expect(resend.calls[1]?.key).toBe(resend.calls[0]?.key)
  })

  it('is left alone when its window is spent, before it has to refuse', async () => {
    const { world, resend, worker, ask } = await createResendWorld(db, { rateLimit: { calls: 1, perMs: 2000 } })
    const one = worker()
    await ask(101)
    await one.drain()
    expect(resend.calls.map((call) => call.status)).toEqual([200])
    world.clock.advance(2)
    await one.drain()
    expect(resend.calls.map((call) => call.status)).toEqual([200, 200])
    expect(resend.accepted).toHaveLength(101)
  })

  it.each(['daily', 'monthly'] as const)(
    'is asked every quarter of an hour when the %s quota is spent',
    async (period) => {
      const { world, resend, worker, ask, statuses } = await createResendWorld(db)
      const one = worker()
      await ask(1)
      resend.fail({ kind: 'quota', period })
      await one.drain()
      expect(await rows()).toMatchObject([{ reason: expect.stringContaining(`${period}_quota_exceeded`) }])
      world.clock.advance(899)
      await one.drain()
      expect(resend.calls).toHaveLength(1)
      world.clock.advance(1)
      await one.drain()
      expect(await statuses()).toEqual(['sent'])
    },
  )

  it.each([
    [401, 'missing_api_key'],
    [403, 'invalid_api_key'],
    [403, 'invalid_from_address'],
    [404, 'not_found'],
  ])('until an operator has mended %i %s is asked every minute, and no mail is lost', async (status, name) => {
    const { world, resend, worker, ask, statuses } = await createResendWorld(db)
    const one = worker()
    await ask(1)
    resend.fail({ kind: 'error', status, name })
    await one.drain()
    expect(await statuses()).toEqual(['sending'])
    world.clock.advance(60)
    await one.drain()
    expect(await statuses()).toEqual(['sent'])
  })
})

describe('a mail that the provider refuses', () => {
  it('fails alone, with its reason, and is not tried again', async () => {
    const { world, resend, worker, ask } = await createResendWorld(db)
    const [first, bad, last] = await ask(3)
    resend.rejectAddress(bad as string, 'This address is on the suppression list.')
    await worker().drain()
    expect(resend.accepted.map((mail) => mail.to[0])).toEqual([first, last])
    const [one, two, three] = await rows()
    expect([one?.status, two?.status, three?.status]).toEqual(['sent', 'failed', 'sent'])
    expect(two?.reason).toBe('This address is on the suppression list.')
    expect([one?.providerId, three?.providerId]).toEqual(resend.accepted.map((mail) => mail.id))
    world.clock.advance(3600)
    await worker().drain()
    expect(resend.calls).toHaveLength(1)
  })

  it('together with its whole call is found in few calls, and the others are sent once', async () => {
    const { world, ask, statuses } = await createResendWorld(db)
    const addresses = await ask(64)
    const sent: string[] = []
    let calls = 0
    // A provider that knows no permissive validation.
    const strict: MailTransport = {
      async send(mails) {
        calls += 1
        if (mails.some((mail) => mail.to === addresses[20])) return { kind: 'refused', reason: '422 no such address' }
        sent.push(...mails.map((mail) => mail.to))
        return { kind: 'settled', outcomes: mails.map(({ id }) => ({ accepted: true, providerId: id })) }
      },
    }
    await world.worker(strict).drain()
    expect(sent.sort()).toEqual(addresses.filter((_, n) => n !== 20).sort())
    expect(calls).toBeLessThan(15)
    expect((await statuses()).sort()).toEqual(['failed', 'sent'])
    expect((await rows())[20]).toMatchObject({ status: 'failed', reason: '422 no such address' })
  })
})

describe('a mail whose link is dead', () => {
  it('is not sent any more, and says why', async () => {
    const { world, resend, worker, ask } = await createResendWorld(db)
    await ask(2)
    resend.fail({ kind: 'error', status: 500 })
    await worker().drain()
    world.clock.advance(world.policy.linkTtlSeconds)
    await worker().drain()
    expect(resend.calls).toHaveLength(1)
    const reason = 'not sent in time: the link in it is dead'
    expect(await rows()).toMatchObject([
      { status: 'failed', reason },
      { status: 'failed', reason },
    ])
  })

  it('is still sent a second before', async () => {
    const { world, resend, worker, ask } = await createResendWorld(db)
    await ask(1)
    resend.fail({ kind: 'error', status: 500 })
    await worker().drain()
    world.clock.advance(world.policy.linkTtlSeconds - 1)
    await worker().drain()
    expect(resend.accepted).toHaveLength(1)
  })
})

describe('a composer that throws', () => {
  /** A composer of mails that say nothing, and rows for it. */
  async function withComposer(composer: (compose: Composer) => Composer) {
    const { world, ...rest } = await createResendWorld(db)
    const compose: Composer = async (batch, now) =>
      batch.map(({ id }) => ({
        id,
        mail: { id, to: 'ada@example.com', subject: id, html: 'x', text: 'x' },
        expiresAt: new Date(now.getTime() + 86_400_000),
      }))
    const composers = { 'password-reset': composer(compose), 'password-changed': compose }
    return {
      ...rest,
      world,
      worker: rest.worker({ composers }),
      subjects: () => rest.resend.accepted.map((mail) => mail.subject),
      async queue(kind: MailKind = 'password-reset') {
        world.clock.advance(1)
        const [id, at] = [randomUUID(), world.clock.now()]
        const row = { id, kind, recipient: 'ada@example.com', requestId: 'r', createdAt: at, dueAt: at }
        await db.insert(mailOutbox).values(row)
        return id
      },
    }
  }
  const broken = () => Promise.reject(new Error('a template is broken'))

  it('stops no other mail, beside it or of another kind, and its own goes when it is mended', async () => {
    let poison = ''
    const { world, worker, subjects, queue, statuses } = await withComposer(
      (compose) => (batch, now) => (batch.some(({ id }) => id === poison) ? broken() : compose(batch, now)),
    )
    const [before, bad, after] = [await queue(), await queue(), await queue()]
    const other = await queue('password-changed')
    poison = bad
    await worker.drain()
    expect(subjects().sort()).toEqual([before, after, other].sort())
    expect(world.logLines.join()).toContain('a template is broken')
    poison = ''
    world.clock.advance(2)
    await worker.drain()
    expect(subjects().at(-1)).toBe(bad)
    expect(await statuses()).toEqual(['sent'])
  })

  it('for an hour gives its mail up, with the reason', async () => {
    const { world, worker, queue } = await withComposer(() => broken)
    await queue()
    for (let minutes = 0; minutes <= 62; minutes += 2) {
      await worker.drain()
      world.clock.advance(120)
    }
    expect(await rows()).toMatchObject([{ status: 'failed', reason: expect.stringContaining('not composed') }])
  })

  it('leaves a batch of rows that have waited unlike long whole through its retries', async () => {
    // Half a batch under its key would be other bytes: refused by the provider, and taken for sent.
    const composer = vi.fn<Composer>()
    const { world, resend, worker, queue, statuses } = await withComposer((compose) =>
      composer.mockImplementation(compose),
    )
    composer.mockImplementationOnce(broken)
    await queue()
    await worker.drain()
    world.clock.advance(2)
    await queue()
    resend.fail({ kind: 'reset', accepted: true })
    for (let n = 0; n < 10; n++) {
      await worker.drain()
      world.clock.advance(6)
    }
    expect(resend.calls.map((call) => JSON.parse(call.body).length)).toEqual([2, 2])
    expect(resend.calls[1]?.body).toBe(resend.calls[0]?.body)
    expect(resend.accepted).toHaveLength(2)
    expect(await statuses()).toEqual(['sent'])
  })
})

describe('a database that fails after the provider accepted', () => {
  it('makes the same call again later, and sends nothing twice', async () => {
    const { world, resend, worker, ask, statuses } = await createResendWorld(db)
    await ask(2)
    let failures = 1
    const unsafe = (...call: Parameters<typeof db.$client.unsafe>) => {
      if (/provider_id = r\./.test(call[0]) && failures-- > 0) {
        return Promise.reject(Object.assign(new Error('terminating connection'), { code: 'CONNECTION_CLOSED' }))
      }
      return db.$client.unsafe(...call)
    }
    const failing = Object.create(db, { $client: { value: { unsafe } } }) as Database
    await worker({ db: failing }).drain()
    expect(resend.accepted).toHaveLength(2)
    expect(await statuses()).toEqual(['sending'])
    world.clock.advance(LEASE_SECONDS)
    await worker().drain()
    expect(resend.calls).toHaveLength(2)
    expect(resend.accepted).toHaveLength(2)
    expect(await statuses()).toEqual(['sent'])
  })
})

it('logs ids, counts and reasons, but no address, name or link', async () => {
  const { world, resend, worker, ask } = await createResendWorld(db)
  const [address, bad] = await ask(2)
  resend.rejectAddress(bad as string)
  resend.fail({ kind: 'error', status: 500 })
  await worker().drain()
  world.clock.advance(60)
  await worker().drain()
  const [row] = await db
    .select()
    .from(mailOutbox)
    .where(eq(mailOutbox.recipient, address as string))
  const log = world.logLines.join('')
  expect(log).toContain(row?.batchId)
  for (const hidden of [address as string, bad as string, 'token=']) expect(log).not.toContain(hidden)
})
