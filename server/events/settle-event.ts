import { type Database, instantParam, runStatement } from '@/server/db/client'
import { type SQL, sql } from '@/server/db/sql'
import type { ClaimedEvent } from './outbox'

/**
 * How a try ends: the event is delivered, failed for good, due again later, or handed back because the worker stops.
 * A try that was handed back does not count.
 */
export type Settlement =
  | { status: 'delivered' }
  | { status: 'failed'; reason: string }
  | { status: 'queued'; dueAt: Date; reason: string }
  | { status: 'handed back' }

/**
 * Records the end of a try, if the worker's claim is still the last one.
 * @returns false if another worker has claimed the event since; nothing changes then
 */
export async function settleEvent(
  db: Database,
  now: Date,
  event: ClaimedEvent,
  settlement: Settlement,
): Promise<boolean> {
  const rows = await runStatement(
    db,
    sql`update latchkey.event_outbox set claim_id = null, ${changes(settlement, instantParam(now))}
    where id = ${event.id}::uuid and claim_id = ${event.claimId}::uuid and status = 'queued' returning 1`,
  )
  return rows.length === 1
}

function changes(settlement: Settlement, now: SQL): SQL {
  switch (settlement.status) {
    case 'delivered':
      return sql`status = 'delivered', attempts = attempts + 1, reason = null, delivered_at = ${now}`
    case 'failed':
      return sql`status = 'failed', attempts = attempts + 1, reason = ${settlement.reason}`
    case 'queued':
      return sql`due_at = ${instantParam(settlement.dueAt)}, attempts = attempts + 1, reason = ${settlement.reason}`
    case 'handed back':
      return sql`due_at = ${now}`
  }
}
