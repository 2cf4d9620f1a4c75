import { type Database, instantParam } from '@/server/db/client'
import { countSteps } from '@/server/db/count-steps'
import { type SQL, sql } from '@/server/db/sql'
import { step } from '@/server/db/statement'

/** How many rows `retryFailed` changed or left alone. */
export interface RetryReport {
  /** Failed emails that are queued again. */
  requeued: number
  /** Waiting emails whose next try is now. */
  rescheduled: number
  /** Failed emails that are left alone, because their links have expired. */
  expired: number
}

/**
 * Queues failed emails again whose links still work, and makes waiting emails due now. The links stay the same.
 * A failed email is sent by a new call, a waiting one by the call that was tried before.
 */
export async function retryFailed(db: Database, now: Date): Promise<RetryReport> {
  const at = instantParam(now)
  return countSteps(db, {
    requeued: requeueFailed(at),
    rescheduled: rescheduleWaiting(at),
    expired: expiredFailures(at),
  })
}

/** Queues the failed emails whose links still work. */
const requeueFailed = (at: SQL) =>
  step(
    'requeued',
    sql`update latchkey.mail_outbox set status = 'queued', batch_id = null, provider_id = null, reason = null, attempts = 0,
      due_at = ${at}
    where status = 'failed' and recipient is not null and expires_at > ${at}
    returning 1`,
  )

/** Makes the emails due that wait for their next try. */
const rescheduleWaiting = (at: SQL) =>
  step(
    'rescheduled',
    sql`update latchkey.mail_outbox set lease_expires_at = ${at}
    where status = 'sending' and reason is not null and lease_expires_at > ${at}
    returning 1`,
  )

/** The failed emails that have no link that works. */
const expiredFailures = (at: SQL) =>
  step(
    'expired',
    sql`select from latchkey.mail_outbox where status = 'failed' and (recipient is null or expires_at <= ${at})`,
  )
