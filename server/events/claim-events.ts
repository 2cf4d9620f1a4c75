import { type Database, instantParam, runStatement } from '@/server/db/client'
import { type SQL, sql } from '@/server/db/sql'
import { statementOf, step } from '@/server/db/statement'
import { type ClaimedEvent, LEASE_SECONDS } from './outbox'

/**
 * Claims the oldest due events, and settles those without an account as ignored. An event whose worker died is due
 * when its lease ends.
 * @param claimId a new UUID
 * @returns the events to send; `isEmpty` if no more are due now
 */
export async function claimEvents(
  db: Database,
  now: Date,
  limit: number,
  claimId: string,
  leaseSeconds = LEASE_SECONDS,
): Promise<{ events: ClaimedEvent[]; isEmpty: boolean }> {
  const at = instantParam(now)
  const due = dueRows(at, limit)
  const rows = await runStatement<ClaimedEvent & { accountId: string | null }>(
    db,
    statementOf(
      [due],
      sql`update latchkey.event_outbox o set claim_id = ${claimId}::uuid,
        due_at = ${at} + make_interval(secs => ${leaseSeconds}),
        status = case when o.account_id is null then 'ignored' else o.status end
      from ${due} where o.id = ${due}.id
      returning o.id, o.claim_id as "claimId", o.type, o.account_id as "accountId", o.request_id as "requestId",
        o.details, o.attempts, o.created_at as "createdAt"`,
    ),
  )
  return { events: rows.filter(({ accountId }) => accountId !== null), isEmpty: rows.length < limit }
}

/** The oldest due rows, locked. Rows that are locked already are another worker's. */
const dueRows = (at: SQL, limit: number) =>
  step(
    'due_rows',
    sql`select id from latchkey.event_outbox where status = 'queued' and due_at <= ${at}
    order by due_at limit ${limit} for update skip locked`,
  )
