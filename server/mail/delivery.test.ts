import { eq } from 'drizzle-orm'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { mailOutbox } from '@/server/db/schema'
import { openLink } from '@/server/recovery/open-link'
import { createRecordedDatabase, createTestDatabase } from '@/server/testing/database'
import { createDeliveryFixture } from '@/server/testing/delivery-fixture'
import { tokenIn } from '@/server/testing/emails'
import { LEASE_SECONDS } from './outbox'
import type { CallOutcome, MailTransport } from './transport'

const { db, url } = await createTestDatabase()
const recorded = createRecordedDatabase(url)
afterAll(() => recorded.close())
beforeEach(() => db.delete(mailOutbox))

const rows = () => db.select().from(mailOutbox).orderBy(mailOutbox.createdAt)
const sentTo = (fixture: ReturnType<typeof createDeliveryFixture>['fixture']) =>
  fixture.mailbox.accepted.map((email) => email.to)
const DOWN: CallOutcome = { kind: 'retry', reason: '503 application_error: down' }

describe('a provider that is down for ten minutes', () => {
  it('delays no request, and afterwards accepts every email, whose link still works', async () => {
    const { fixture, worker, request } = createDeliveryFixture(db)
    const backAt = fixture.clock.now().getTime() + 600_000
    let calls = 0
    const transport: MailTransport = {
      async send(...call) {
        calls += 1
        return fixture.clock.now().getTime() < backAt ? DOWN : fixture.mailbox.transport.send(...call)
      },
    }
    const theWorker = worker({ transport })
    const addresses: string[] = []
    while (fixture.clock.now().getTime() < backAt) {
      addresses.push(...(await request(4)))
      await theWorker.drain()
      fixture.clock.advance(20)
    }
    expect(fixture.mailbox.accepted).toEqual([])
    expect(calls).toBeLessThan(40)

    // What waits is tried again within two minutes.
    for (let n = 0; n < 25; n++) {
      await theWorker.drain()
      fixture.clock.advance(5)
    }
    expect(sentTo(fixture).sort()).toEqual(addresses.sort())
    for (const email of fixture.mailbox.accepted) await openLink(fixture.ctx(), { kind: 'link', token: tokenIn(email) })
  })
})

describe('a call without an answer', () => {
  it('is aborted after the call timeout, and its batch is retried', async () => {
    const { fixture, request } = createDeliveryFixture(db)
    const silent: MailTransport = {
      send: (_emails, _key, signal) =>
        new Promise((_, reject) => {
          if (signal.aborted) reject(signal.reason)
          signal.addEventListener('abort', () => reject(signal.reason))
        }),
    }
    const addresses = await request(2)
    await fixture.worker(silent, { timing: { gather: 0, callTimeout: 1 } }).drain()
    expect(await rows()).toMatchObject(
      addresses.map(() => ({ status: 'sending', reason: expect.stringContaining('timeout') })),
    )
    fixture.clock.advance(60)
    await fixture.deliver()
    expect(sentTo(fixture)).toEqual(addresses)
  })
})

describe('a batch that always fails at the provider', () => {
  it('does not delay the others', async () => {
    const { fixture, worker, request } = createDeliveryFixture(db)
    const [bad] = await request(1)
    const transport: MailTransport = {
      send: async (emails, ...call) =>
        emails.some((email) => email.to === bad) ? DOWN : fixture.mailbox.transport.send(emails, ...call),
    }
    const theWorker = worker({ transport })
    const others: string[] = []
    for (let n = 0; n < 30; n++) {
      await theWorker.drain()
      if (n > 4) others.push(...(await request(1)))
      fixture.clock.advance(20)
    }
    await theWorker.drain()
    expect(sentTo(fixture).length).toBeGreaterThanOrEqual(others.length - 5)
    expect(sentTo(fixture)).not.toContain(bad)
  })
})

describe('a request whose email could not be sent', () => {
  it('fails when it has waited for as long as a link works', async () => {
    const { fixture, worker, request } = createDeliveryFixture(db)
    await request(1)
    fixture.clock.advance(fixture.policy.linkTtlSeconds)
    await worker().drain()
    expect(fixture.mailbox.calls).toEqual([])
    const reason = 'not sent in time: the request is too old'
    expect(await rows()).toMatchObject([{ status: 'failed', reason, identifier: null }])
  })
})

describe('a clock', () => {
  it('that is set back ends the pause of a worker', async () => {
    const { fixture, worker, request } = createDeliveryFixture(db)
    const theWorker = worker()
    fixture.mailbox.answerNext(() => ({ kind: 'retry', reason: 'quota', afterMs: 900_000 }))
    await request(1)
    expect(await theWorker.drain()).toBe(900_000)
    fixture.clock.advance(-3600)
    const [address] = await request(1)
    expect(await theWorker.drain()).toBe(0)
    expect(sentTo(fixture)).toEqual([address])
  })

  it('that passes the lease while a batch is composed keeps the worker from sending it, because another may have it', async () => {
    const { fixture, worker, compose, request } = createDeliveryFixture(db)
    await request(1)
    const theWorker = worker({
      compose: async (batch, now) => {
        const composed = await compose(batch, now)
        if (fixture.mailbox.calls.length === 0) fixture.clock.advance(LEASE_SECONDS - 1)
        return composed
      },
    })
    await theWorker.drain()
    expect(fixture.mailbox.calls).toEqual([])
    fixture.clock.advance(1)
    await worker().drain()
    expect(fixture.mailbox.accepted).toHaveLength(1)
  })
})

describe('a drain', () => {
  it('sends what was queued before the call, even while another drain runs', async () => {
    const { fixture, worker, request } = createDeliveryFixture(db)
    const theWorker = worker()
    const first = theWorker.drain()
    const [address] = await request(1)
    await Promise.all([first, theWorker.drain(), theWorker.drain()])
    expect(sentTo(fixture)).toEqual([address])
  })

  it('needs few statements for a hundred emails', async () => {
    const { fixture, worker, request } = createDeliveryFixture(db)
    await request(100)
    await worker({ on: recorded.db }).drain()
    expect(fixture.mailbox.accepted).toHaveLength(100)
    // Two to claim, one to mint, one to read, one to settle, one to apply events; and two that find nothing more.
    expect(recorded.statements.length).toBeLessThanOrEqual(8)
  })
})

describe('the acceptance of a reset email', () => {
  it('is recorded once in the audit of its account', async () => {
    const { fixture, worker } = createDeliveryFixture(db)
    const account = await fixture.account()
    await fixture.request(account.email)
    fixture.clock.advance(1)
    fixture.mailbox.answerNext(() => DOWN)
    await worker().drain()
    expect(await fixture.eventsOf(account)).toEqual(['reset-requested'])
    fixture.clock.advance(120)
    await worker().drain()
    expect(await fixture.eventsOf(account)).toEqual(['reset-mailed', 'reset-requested'])
    const [row] = await db.select().from(mailOutbox).where(eq(mailOutbox.accountId, account.id))
    expect(row?.status).toBe('sent')
  })
})
