import { type Database, instantParam } from '@/server/db/client'
import { countSteps } from '@/server/db/count-steps'
import { type SQL, sql } from '@/server/db/sql'
import { step } from '@/server/db/statement'

/** How many events `retryFailedEvents` changed. */
export interface EventRetryReport {
  /** Failed events that are queued again, with a new schedule of retries. */
  requeued: number
  /** Waiting events whose next try is now. */
  rescheduled: number
}

/** Queues failed events again, and makes waiting events due now. They keep their ids. */
export async function retryFailedEvents(db: Database, now: Date): Promise<EventRetryReport> {
  const at = instantParam(now)
  return countSteps(db, { requeued: requeueFailed(at), rescheduled: rescheduleWaiting(at) })
}

const requeueFailed = (at: SQL) =>
  step(
    'requeued',
    sql`update latchkey.event_outbox set status = 'queued', attempts = 0, reason = null, due_at = ${at}
    where status = 'failed' returning 1`,
  )

/** Leaves events alone that a worker has claimed: their time is the end of its lease. */
const rescheduleWaiting = (at: SQL) =>
  step(
    'rescheduled',
    sql`update latchkey.event_outbox set due_at = ${at}
    where status = 'queued' and claim_id is null and due_at > ${at} returning 1`,
  )
