import { type Database, instantParam, runStatement } from '@/server/db/client'
import type { MailKind } from '@/server/db/schema'
import { sql } from '@/server/db/sql'

export interface MailStatusReport {
  /** Rows that wait for a worker. */
  queued: number
  /** Rows that a worker has claimed, or that wait for their next try. */
  sending: number
  /** Age of the oldest queued or sending row, in whole seconds; 0 if there is none. */
  oldestSeconds: number
  /** Why tried rows wait for their next try, the most common reason first. */
  waiting: { reason: string; count: number }[]
  /** Failed and bounced emails whose rows still exist, by kind and reason, the most common first. */
  failures: { kind: MailKind; status: 'failed' | 'bounced'; reason: string; count: number; newest: Date }[]
}

/** Counts the rows of the queue, and the age of the oldest. Uses the two partial indexes of the queue. */
export async function queueState(
  db: Database,
  now: Date,
): Promise<Pick<MailStatusReport, 'queued' | 'sending' | 'oldestSeconds'>> {
  const [row] = await runStatement<{ queued: number; sending: number; oldest: number }>(
    db,
    sql`select count(*) filter (where status = 'queued')::int as queued,
      count(*) filter (where status = 'sending')::int as sending,
      greatest(0, coalesce(floor(extract(epoch from ${instantParam(now)} - min(created_at))), 0))::int as oldest
    from latchkey.mail_outbox where status = 'queued' or status = 'sending'`,
  )
  return { queued: row?.queued ?? 0, sending: row?.sending ?? 0, oldestSeconds: row?.oldest ?? 0 }
}

/** Reports to an operator how many emails wait, since when and why, and which have failed. */
export async function mailStatus(db: Database, now: Date): Promise<MailStatusReport> {
  const waiting = await runStatement<MailStatusReport['waiting'][number]>(
    db,
    sql`select reason, count(*)::int as count from latchkey.mail_outbox
    where status in ('queued', 'sending') and reason is not null group by reason order by count desc, reason limit 10`,
  )
  const failures = await runStatement<MailStatusReport['failures'][number]>(
    db,
    sql`select kind, status, coalesce(reason, '') as reason, count(*)::int as count, max(created_at) as newest
    from latchkey.mail_outbox where status in ('failed', 'bounced')
    group by kind, status, reason order by count desc, reason limit 20`,
  )
  return { ...(await queueState(db, now)), waiting, failures }
}
