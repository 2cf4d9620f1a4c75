import { randomUUID } from 'node:crypto'
import { asc } from 'drizzle-orm'
import { onTestFinished } from 'vitest'
import { type Database, runStatement } from '@/server/db/client'
import { eventOutbox } from '@/server/db/schema'
import { sql } from '@/server/db/sql'
import { statementOf } from '@/server/db/statement'
import type { EventDeliveryOptions } from '@/server/events/delivery'
import { createEventPost } from '@/server/events/post-event'
import { queueEvent } from '@/server/events/queue-event'
import { createEventWorker } from '@/server/events/worker'
import { newEventsSecret, startEventReceiver } from './event-receiver'
import { createRecoveryFixture } from './recovery-fixture'

/** The timing of workers in tests: the limits on work are long, for slow machines. */
export const EVENT_TIMING = { poll: 20, callTimeout: 100_000, lease: 200_000, stopTimeout: 20 }

/** Far more than one drain takes. */
const DRAIN_MS = 2 * EVENT_TIMING.callTimeout

/** A recovery fixture that queues events, a receiver, and workers that send to it, all on the same clock. */
export async function createEventFixture(db: Database) {
  const fixture = createRecoveryFixture(db, { policy: { sendEvents: true } })
  const secret = newEventsSecret()
  const receiver = await startEventReceiver({ secret, now: fixture.clock.now })
  onTestFinished(() => receiver.close())
  const { log, logLines: lines } = fixture

  /** A worker that sends to the receiver. */
  function worker(over: Partial<EventDeliveryOptions> = {}) {
    const post = createEventPost({ url: receiver.url, secrets: [secret] })
    const now = fixture.clock.now
    const created = createEventWorker({ db, post, log, now, ...over, timing: { ...EVENT_TIMING, ...over.timing } })
    onTestFinished(() => created.stop())
    return created
  }

  return {
    fixture,
    secret,
    receiver,
    lines,
    worker,
    /** Sends the events that are due. */
    deliver: (over?: Partial<EventDeliveryOptions>) => worker(over).drain(DRAIN_MS),
    /** Queues events, one for each of so many accounts. Returns their webhook ids. */
    queue: (count: number) => queueEvents(db, count, fixture.clock.now()),
    /** The rows of the queue, oldest first. */
    rows: () => db.select().from(eventOutbox).orderBy(asc(eventOutbox.createdAt)),
  }
}

/** Queues events of one type, one for each of so many accounts. Returns their webhook ids. */
export async function queueEvents(db: Database, count: number, at: Date): Promise<string[]> {
  const requestId = randomUUID()
  const event = { type: 'password.changed', accountId: sql`gen_random_uuid()::text`, requestId, at } as const
  const steps = queueEvent(true, event, sql`from generate_series(1, ${count}::int)`)
  await runStatement(db, statementOf(steps, sql`select 1`))
  const rows = await runStatement<{ id: string }>(
    db,
    sql`select id from latchkey.event_outbox where request_id = ${requestId}`,
  )
  return rows.map(({ id }) => `msg_${id}`)
}
