import { sql } from 'drizzle-orm'
import { type Database, instantParam, runStatement } from '@/server/db/client'
import type { MailKind } from '@/server/db/schema'

export interface MailStatusReport {
  /** Rows that wait for a worker. */
  queued: number
  /** Rows that a worker has, or that wait for their next try. */
  sending: number
  /** Age of the oldest row of both, in whole seconds; 0 when there is none. */
  oldestSeconds: number
  /** Why those wait that were tried before, the most common reason first. */
  waiting: { reason: string; count: number }[]
  /** Failed and bounced mails that are still kept, by kind and reason, the most common first. */
  failures: { kind: MailKind; status: 'failed' | 'bounced'; reason: string; count: number; newest: Date }[]
}

/** How much waits, and since when. Answered by the two partial indexes of the queue. */
export async function queueState(db: Database, now: Date) {
  const [row] = await runStatement<{ queued: number; sending: number; oldest: number }>(
    db,
    sql`select count(*) filter (where status = 'queued')::int as queued,
      count(*) filter (where status = 'sending')::int as sending,
      greatest(0, coalesce(floor(extract(epoch from ${instantParam(now)} - min(created_at))), 0))::int as oldest
    from mail_outbox where status = 'queued' or status = 'sending'`,
  )
  return { queued: row?.queued ?? 0, sending: row?.sending ?? 0, oldestSeconds: row?.oldest ?? 0 }
}

/** What an operator asks first: how much waits, since when, and what failed for which reason. */
export async function mailStatus(db: Database, now: Date): Promise<MailStatusReport> {
  const waiting = await runStatement<{ reason: string; count: number }>(
    db,
    sql`select reason, count(*)::int as count from mail_outbox
    where status in ('queued', 'sending') and reason is not null group by reason order by count desc, reason limit 10`,
  )
  const failures = await runStatement<MailStatusReport['failures'][number]>(
    db,
    sql`select kind, status, coalesce(reason, '') as reason, count(*)::int as count, max(created_at) as newest
    from mail_outbox where status in ('failed', 'bounced')
    group by kind, status, reason order by count desc, reason limit 20`,
  )
  return {
    ...(await queueState(db, now)),
    waiting,
    failures,
  }
}

/**
 * Puts failed mails whose links still live back into the queue, and has those wait no longer that are between two
 * tries: the same links, and for what failed a new call. A mail whose link is dead stays as it is.
 * @returns how many are to be tried again, how many now instead of later, and how many are too late.
 */
export async function retryFailed(db: Database, now: Date) {
  const at = instantParam(now)
  const [row] = await runStatement<{ requeued: number; hastened: number; tooLate: number }>(
    db,
    sql`with requeued as (
      update mail_outbox set status = 'queued', batch_id = null, provider_id = null, reason = null, attempts = 0,
        due_at = ${at}
      where status = 'failed' and recipient is not null and expires_at > ${at}
      returning 1
    ),
    hastened as (
      update mail_outbox set lease_expires_at = ${at}
      where status = 'sending' and reason is not null and lease_expires_at > ${at}
      returning 1
    ),
    late as (
      select from mail_outbox where status = 'failed' and (recipient is null or expires_at <= ${at})
    )
    select (select count(*)::int from requeued) as requeued, (select count(*)::int from hastened) as hastened,
      (select count(*)::int from late) as "tooLate"`,
  )
  return row ?? { requeued: 0, hastened: 0, tooLate: 0 }
}
