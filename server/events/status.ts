import { type Database, instantParam, runStatement } from '@/server/db/client'
import type { EventType } from '@/server/db/schema'
import { sql } from '@/server/db/sql'

export interface EventStatusReport {
  /** Events that are being sent, or wait for their first or next try. */
  queued: number
  /** Age of the oldest of them, in whole seconds; 0 if there is none. */
  oldestSeconds: number
  /** Why tried events wait for their next try, the most common reason first. */
  waiting: { reason: string; count: number; nextTry: Date }[]
  /** Failed events whose rows still exist, by type and reason, the most common first. */
  failures: { type: EventType; reason: string; count: number; newest: Date }[]
}

/** Counts the events that wait, and the age of the oldest. Uses the partial index of the queue. */
export async function eventQueueState(
  db: Database,
  now: Date,
): Promise<Pick<EventStatusReport, 'queued' | 'oldestSeconds'>> {
  const [row] = await runStatement<{ queued: number; oldest: number }>(
    db,
    sql`select count(*)::int as queued,
      greatest(0, coalesce(floor(extract(epoch from ${instantParam(now)} - min(created_at))), 0))::int as oldest
    from latchkey.event_outbox where status = 'queued' and account_id is not null`,
  )
  return { queued: row?.queued ?? 0, oldestSeconds: row?.oldest ?? 0 }
}

/** Reports to an operator how many events wait, since when and why, and which have failed. */
export async function eventStatus(db: Database, now: Date): Promise<EventStatusReport> {
  const waiting = await runStatement<EventStatusReport['waiting'][number]>(
    db,
    sql`select reason, count(*)::int as count, min(due_at) as "nextTry" from latchkey.event_outbox
    where status = 'queued' and reason is not null group by reason order by count desc, reason limit 10`,
  )
  const failures = await runStatement<EventStatusReport['failures'][number]>(
    db,
    sql`select type, coalesce(reason, '') as reason, count(*)::int as count, max(created_at) as newest
    from latchkey.event_outbox where status = 'failed' group by type, reason order by count desc, reason limit 20`,
  )
  return { ...(await eventQueueState(db, now)), waiting, failures }
}
