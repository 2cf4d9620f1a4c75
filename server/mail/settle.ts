import { auditEvent } from '@/server/audit/audit-event'
import { type Database, instantParam, runStatement } from '@/server/db/client'
import type { MailKind } from '@/server/db/schema'
import { sql } from '@/server/db/sql'
import { type Step, statementOf, step } from '@/server/db/statement'
import { applyMailEvents } from './mail-events'

/** How a claimed row ends. */
export interface Settlement {
  id: string
  status: 'sent' | 'failed'
  /** The provider's id of the email. */
  providerId: string | null
  /** Why it failed. Never contains a secret or a body. */
  reason: string | null
}

/** A row that was settled by this call. */
export interface SettledRow {
  id: string
  kind: MailKind
  status: 'sent' | 'failed'
  reason: string | null
  requestId: string
}

/**
 * Records how rows ended, and an audit event for each reset email that the provider accepted. A row that was settled
 * before does not change, so an answer that comes twice counts once.
 * @param sendEvents as in `applyMailEvents`
 * @returns the rows that this call settled.
 */
export async function settle(
  db: Database,
  now: Date,
  settlements: Settlement[],
  sendEvents: boolean,
): Promise<SettledRow[]> {
  if (settlements.length === 0) return []
  const settled = settleRows(settlements, now)
  const rows = await runStatement<SettledRow>(
    db,
    statementOf(
      [settled, auditSentResets(settled, now)],
      sql`select id, kind, status, reason, request_id as "requestId" from ${settled}`,
    ),
  )
  // The provider's events may have arrived before its answer was recorded.
  await applyMailEvents(
    db,
    now,
    settlements.flatMap(({ providerId }) => providerId ?? []),
    sendEvents,
  )
  return rows
}

/** Writes the outcomes into the rows that are still claimed. What was typed is removed. */
const settleRows = (settlements: Settlement[], now: Date) =>
  step(
    'settled',
    sql`update latchkey.mail_outbox o set status = s.status, provider_id = s."providerId", reason = s.reason, identifier = null,
      sent_at = case when s.status = 'sent' then ${instantParam(now)} end, lease_expires_at = null
    from jsonb_to_recordset(${JSON.stringify(settlements)}::jsonb)
      as s(id uuid, status text, "providerId" text, reason text)
    where o.id = s.id and o.status = 'sending'
    returning o.id, o.kind, o.status, o.reason, o.request_id, o.account_id, o.device`,
  )

/** Records an audit event for each reset email that was sent. */
const auditSentResets = (settled: Step, at: Date) =>
  step(
    'audited',
    auditEvent(
      { kind: 'reset-mailed', accountId: sql`account_id`, requestId: sql`request_id`, device: sql`device`, at },
      sql`from ${settled} where status = 'sent' and kind = 'password-reset'`,
    ),
  )
