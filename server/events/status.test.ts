import { beforeEach, expect, it } from 'vitest'
import { eventOutbox } from '@/server/db/schema'
import { createTestDatabase } from '@/server/testing/database'
import { createEventFixture } from '@/server/testing/event-fixture'
import { retryFailedEvents } from './retry-failed'
import { eventStatus } from './status'

const { db } = await createTestDatabase()
beforeEach(() => db.delete(eventOutbox))

it('eventStatus tells how many events wait, since when and why, and which failed', async () => {
  const { fixture, receiver, deliver, queue } = await createEventFixture(db)
  const { clock } = fixture
  const start = clock.now()
  expect(await eventStatus(db, start)).toEqual({ queued: 0, oldestSeconds: 0, waiting: [], failures: [] })
  receiver.answerWith(410)
  await queue(2)
  await deliver()
  receiver.answerWith(503)
  await queue(3)
  await deliver()
  clock.advance(4)
  expect(await eventStatus(db, clock.now())).toEqual({
    queued: 3,
    oldestSeconds: 4,
    waiting: [{ reason: 'answered 503', count: 3, nextTry: new Date(start.getTime() + 5000) }],
    failures: [{ type: 'password.changed', reason: 'answered 410: it wants no more events', count: 2, newest: start }],
  })
})

it('retryFailedEvents sends failed and delayed events again under their ids, and leaves claimed ones alone', async () => {
  const { fixture, receiver, deliver, worker, queue, rows } = await createEventFixture(db)
  receiver.answerWith(410)
  const failed = await queue(1)
  await deliver()
  receiver.answerWith(503)
  const delayed = await queue(1)
  await deliver()
  receiver.answerWith('hang')
  await queue(1)
  const busy = worker()
  const drained = busy.drain(1e6)
  await expect.poll(() => receiver.calls.length, { timeout: 60_000 }).toBe(3)
  expect(await retryFailedEvents(db, fixture.clock.now())).toEqual({ requeued: 1, rescheduled: 1 })
  receiver.answerWith(204)
  await deliver()
  expect(
    receiver.calls
      .slice(3)
      .map(({ id }) => id)
      .sort(),
  ).toEqual([...failed, ...delayed].sort())
  await busy.stop()
  await drained
  await deliver()
  expect((await rows()).map(({ status, attempts }) => [status, attempts]).sort()).toEqual([
    ['delivered', 1],
    ['delivered', 1],
    ['delivered', 2],
  ])
})
