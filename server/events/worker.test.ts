import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { createDatabase } from '@/server/db/client'
import { eventOutbox } from '@/server/db/schema'
import { createTestDatabase, openTestDatabase } from '@/server/testing/database'
import { createEventFixture, EVENT_TIMING } from '@/server/testing/event-fixture'
import { claimEvents } from './claim-events'
import { LEASE_SECONDS } from './outbox'
import { createEventPost } from './post-event'
import { settleEvent } from './settle-event'
import { CONCURRENCY, TIMING } from './timing'

const { db, url } = await createTestDatabase()
beforeEach(() => db.delete(eventOutbox))

/** For a machine that is much slower than a developer's. */
const soon = (assertion: () => unknown) => vi.waitFor(assertion, { timeout: 60_000, interval: 10 })

describe('a receiver that hangs', () => {
  it('on one event gets the others meanwhile', async () => {
    const { receiver, worker, queue, rows } = await createEventFixture(db)
    const [stuck] = await queue(1)
    receiver.answerWith(({ id }) => (id === stuck ? 'hang' : 204))
    const running = worker()
    running.start()
    await soon(() => expect(receiver.calls).toHaveLength(1))
    await queue(30)
    running.wake()
    await soon(async () => expect((await rows()).filter(({ status }) => status === 'delivered')).toHaveLength(30))
    expect((await rows()).filter(({ status }) => status === 'queued')).toMatchObject([{ attempts: 0 }])
  })

  it('does not hold up the stop; its events are due again at once, and no try is counted', async () => {
    const { fixture, receiver, worker, deliver, queue, rows } = await createEventFixture(db)
    receiver.answerWith('hang')
    const [id] = await queue(1)
    const running = worker()
    running.start()
    await soon(() => expect(receiver.calls).toHaveLength(1))
    await running.stop()
    expect(await rows()).toMatchObject([
      { status: 'queued', attempts: 0, claimId: null, dueAt: fixture.clock.now(), reason: null },
    ])
    receiver.answerWith(204)
    await deliver()
    expect(receiver.calls.map((call) => call.id)).toEqual([id, id])
  })
})

describe('a running worker', () => {
  it('sends an event that another process has queued, without being told', async () => {
    const { receiver, worker, queue } = await createEventFixture(db)
    worker().start()
    await queue(1)
    await soon(() => expect(receiver.events()).toHaveLength(1))
  })

  it('sends an event at once when it is told', async () => {
    const { receiver, worker, queue } = await createEventFixture(db)
    const running = worker({ timing: { poll: 1e9 } })
    running.start()
    await queue(12)
    running.wake()
    await soon(() => expect(receiver.events()).toHaveLength(12))
    await queue(1)
    running.wake()
    await soon(() => expect(receiver.events()).toHaveLength(13))
  })

  it('goes on after the database could not be reached', async () => {
    const { receiver, worker, queue, lines } = await createEventFixture(db)
    const lost = createDatabase('postgres://127.0.0.1:1/lost')
    const flaky = { ...lost.db, $client: lost.db.$client } as typeof db
    const running = worker({ db: flaky })
    running.start()
    await soon(() => expect(lines.join()).toContain('event worker failed, will try again'))
    Object.assign(flaky, { $client: db.$client })
    await queue(1)
    await soon(() => expect(receiver.events()).toHaveLength(1))
    await lost.close()
  })
})

describe('two workers at once', () => {
  it('send every event once', async () => {
    const { receiver, worker, queue } = await createEventFixture(db)
    const ids = await queue(60)
    const other = openTestDatabase(url)
    await Promise.all([worker().drain(1e6), worker({ db: other.db }).drain(1e6)])
    expect(receiver.calls.map(({ id }) => id).sort()).toEqual(ids.sort())
    await other.close()
  })

  it('leave an event to the one that claimed it, until its lease ends', async () => {
    const { fixture, receiver, deliver, queue } = await createEventFixture(db)
    const [id] = await queue(1)
    const { events } = await claimEvents(db, fixture.clock.now(), 5, randomUUID())
    await deliver()
    expect(receiver.calls).toEqual([])
    fixture.clock.advance(LEASE_SECONDS)
    await deliver()
    expect(receiver.calls.map((call) => call.id)).toEqual([id])
    // The first one answers too late.
    const [late] = events
    expect(late && (await settleEvent(db, fixture.clock.now(), late, { status: 'failed', reason: 'late' }))).toBe(false)
  })
})

describe('a drain', () => {
  it('sends everything that is due, five at a time', async () => {
    const { receiver, secret, worker, queue } = await createEventFixture(db)
    const post = createEventPost({ url: receiver.url, secrets: [secret] })
    const ids = await queue(40)
    let [active, most] = [0, 0]
    const counted: typeof post = async (...call) => {
      active += 1
      most = Math.max(most, active)
      return post(...call).finally(() => {
        active -= 1
      })
    }
    await worker({ post: counted }).drain(1e6)
    expect(receiver.calls.map(({ id }) => id).sort()).toEqual(ids.sort())
    expect(most).toBe(CONCURRENCY)
  })

  it('begins no try that could end after its time', async () => {
    const { receiver, worker, queue } = await createEventFixture(db)
    await queue(1)
    await worker().drain(EVENT_TIMING.callTimeout - 1)
    expect(receiver.calls).toEqual([])
  })
})

describe('the queue', () => {
  it('is read by an index', async () => {
    const plan = await db.transaction(async (tx) => {
      await tx.execute(sql`set local enable_seqscan = off`)
      return tx.execute(
        sql`explain select id from latchkey.event_outbox where status = 'queued' and due_at <= now()
        order by due_at limit 5 for update skip locked`,
      )
    })
    expect(JSON.stringify(plan)).toContain('event_outbox_queued_idx')
  })

  it('has a lease that is longer than a try', () => {
    expect(TIMING.lease).toBeGreaterThanOrEqual(2 * TIMING.callTimeout)
  })
})
