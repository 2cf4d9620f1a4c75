import { beforeEach, describe, expect, it } from 'vitest'
import { eventOutbox } from '@/server/db/schema'
import { createTestDatabase } from '@/server/testing/database'
import { createEventFixture } from '@/server/testing/event-fixture'
import { newEventsSecret, startEventReceiver } from '@/server/testing/event-receiver'
import { RETRY_SECONDS } from './outbox'
import { createEventPost } from './post-event'

const { db } = await createTestDatabase()
beforeEach(() => db.delete(eventOutbox))

const HOUR = 3600

describe('retries', () => {
  it('follow the schedule under one id, with a fresh timestamp, and end as failed', async () => {
    const { fixture, receiver, deliver, queue, rows, lines } = await createEventFixture(db)
    const { clock } = fixture
    receiver.answerWith(500)
    const [id] = await queue(1)
    const start = clock.now().getTime()
    for (const wait of [...RETRY_SECONDS, 10 * HOUR]) {
      await deliver()
      clock.advance(wait - 1)
      await deliver()
      clock.advance(1)
    }
    const seconds = receiver.calls.map(({ at }) => (at.getTime() - start) / 1000)
    expect(seconds).toEqual([0, 5, 305, 2105, 9305, 27_305, 63_305, 99_305])
    expect(new Set(receiver.calls.map((call) => call.id))).toEqual(new Set([id]))
    expect(new Set(receiver.calls.map((call) => call.body)).size).toBe(1)
    const timestamps = receiver.calls.map(({ headers }) => Number(headers['webhook-timestamp']) - start / 1000)
    expect(timestamps).toEqual(seconds)
    // Each signature was valid at its time.
    expect(receiver.events()).toHaveLength(8)
    expect(await rows()).toMatchObject([{ status: 'failed', attempts: 8, reason: 'answered 500' }])
    expect(lines.filter((line) => line.includes('"event failed"'))).toHaveLength(1)
  })

  it('reach a receiver that was down for an hour, all of them and each once', async () => {
    const { fixture, receiver, secret, deliver, queue, rows } = await createEventFixture(db)
    const { clock } = fixture
    await receiver.close()
    const ids = await queue(12)
    for (let minute = 0; minute < 60; minute += 5) {
      await deliver()
      clock.advance(5 * 60)
    }
    expect((await rows()).map(({ status, reason }) => [status, reason])).toEqual(
      ids.map(() => ['queued', 'no answer: ECONNREFUSED']),
    )
    const again = await startEventReceiver({ secret, now: clock.now, port: receiver.port })
    clock.advance(2 * HOUR)
    await deliver()
    expect(again.calls.map(({ id }) => id).sort()).toEqual(ids.sort())
    expect(again.events()).toHaveLength(12)
    expect((await rows()).map(({ status, reason }) => [status, reason])).toEqual(ids.map(() => ['delivered', null]))
    await again.close()
  })

  it('wait as long as the application asks for, if that is longer than the schedule', async () => {
    const { fixture, receiver, deliver, queue, rows } = await createEventFixture(db)
    const seconds = async (retryAfter: string) => {
      await db.delete(eventOutbox)
      receiver.answerWith({ status: 503, headers: { 'retry-after': retryAfter } })
      await queue(1)
      await deliver()
      const [row] = await rows()
      return ((row?.dueAt.getTime() ?? 0) - fixture.clock.now().getTime()) / 1000
    }
    expect(await seconds('120')).toBe(120)
    expect(await seconds(new Date(fixture.clock.now().getTime() + 90_000).toUTCString())).toBe(90)
    expect(await seconds('1')).toBe(5)
    expect(await seconds('soon')).toBe(5)
    expect(await seconds('99999999')).toBe(10 * HOUR)
  })
})

describe('an answer', () => {
  it.each([200, 201, 202, 204, 299])('%i is success', async (status) => {
    const { fixture, receiver, deliver, queue, rows } = await createEventFixture(db)
    receiver.answerWith(status)
    await queue(1)
    await deliver()
    expect(await rows()).toMatchObject([
      { status: 'delivered', attempts: 1, reason: null, deliveredAt: fixture.clock.now(), claimId: null },
    ])
  })

  it.each([301, 302, 307, 308])('%i is a failure: the redirect is not followed', async (status) => {
    const { fixture, receiver, deliver, queue, rows } = await createEventFixture(db)
    const elsewhere = await startEventReceiver({ secret: newEventsSecret(), now: fixture.clock.now })
    receiver.answerWith({ status, headers: { location: elsewhere.url } })
    await queue(1)
    await deliver()
    expect(await rows()).toMatchObject([
      { status: 'queued', attempts: 1, reason: `answered ${status}: redirects are not followed` },
    ])
    expect(elsewhere.calls).toEqual([])
    await elsewhere.close()
  })

  it.each([400, 401, 404, 429, 500, 502, 504])('%i is a failure that is tried again', async (status) => {
    const { receiver, deliver, queue, rows } = await createEventFixture(db)
    receiver.answerWith(status)
    await queue(1)
    await deliver()
    expect(await rows()).toMatchObject([{ status: 'queued', reason: `answered ${status}` }])
  })

  it('410 ends the event at once, and no other', async () => {
    const { receiver, deliver, queue, rows, lines } = await createEventFixture(db)
    const [gone] = await queue(3)
    receiver.answerWith(({ id }) => (id === gone ? 410 : 204))
    await deliver()
    const ended = (await rows()).map(({ id, status }) => [`msg_${id}`, status])
    expect(ended.filter(([, status]) => status === 'failed')).toEqual([[gone, 'failed']])
    expect(ended.filter(([, status]) => status === 'delivered')).toHaveLength(2)
    expect(lines.join()).toContain('answered 410')
  })

  it('is not read: an endless body neither holds up the event nor reaches the log', async () => {
    const { receiver, deliver, queue, rows, lines } = await createEventFixture(db)
    receiver.answerWith({ status: 500, body: 'a secret of the application '.repeat(1_000_000) })
    await queue(1)
    await deliver()
    expect(await rows()).toMatchObject([{ reason: 'answered 500' }])
    expect(lines.join()).not.toContain('a secret')
  })

  it('that does not come in time is a failure', async () => {
    const { receiver, deliver, queue, rows } = await createEventFixture(db)
    receiver.answerWith('hang')
    await queue(1)
    await deliver({ timing: { callTimeout: 50 } })
    expect(await rows()).toMatchObject([{ status: 'queued', attempts: 1, reason: 'no answer in time' }])
  })
})

describe('the signature', () => {
  it('is made with every secret, so that the application can change over', async () => {
    const { receiver, secret, deliver, queue } = await createEventFixture(db)
    const newer = newEventsSecret()
    await queue(1)
    await deliver({ post: createEventPost({ url: receiver.url, secrets: [newer, secret] }) })
    expect(receiver.events()).toHaveLength(1)
    expect(String(receiver.calls[0]?.headers['webhook-signature'])).toMatch(/^v1,\S+ v1,\S+$/)
  })

  it('of another secret is refused by the application', async () => {
    const { receiver, deliver, queue, rows } = await createEventFixture(db)
    await queue(1)
    await deliver({ post: createEventPost({ url: receiver.url, secrets: [newEventsSecret()] }) })
    expect(receiver.events()).toEqual([])
    expect(await rows()).toMatchObject([{ status: 'queued', reason: 'answered 400' }])
  })
})

describe('the log', () => {
  it('has one line a minute about failed tries, which says how many were left out', async () => {
    const { fixture, receiver, worker, queue, lines } = await createEventFixture(db)
    receiver.answerWith(500)
    const running = worker()
    await queue(7)
    await running.drain(1e6)
    fixture.clock.advance(60)
    await running.drain(1e6)
    const warnings = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg.includes('will retry'))
    expect(warnings).toMatchObject([{ omitted: 0, reason: 'answered 500', type: 'password.changed' }, { omitted: 6 }])
  })
})
