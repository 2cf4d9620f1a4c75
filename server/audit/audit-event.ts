import type { RecoveryContext } from '@/server/core/context'
import { instantParam } from '@/server/db/client'
import type { SecurityEventKind } from '@/server/db/schema'
import { type SQL, sql } from '@/server/db/sql'

/** A security event. Each field is a value, or SQL over the rows that the events are about. */
export interface AuditEvent {
  kind: SecurityEventKind | SQL
  /** The account, or null for an event about an identifier without an account. */
  accountId: string | null | SQL
  requestId: string | SQL
  /** Browser and system by name, never an address. */
  device: string | null | SQL
  at: Date | SQL
}

/**
 * Inserts a security event for each row that the events are about, or exactly one.
 * @param rows the rows: a `from` or `where` clause
 * @returns an `insert`: a statement, or the query of a step
 */
export const auditEvent = ({ kind, accountId, requestId, device, at }: AuditEvent, rows: SQL = sql``): SQL =>
  sql`insert into latchkey.security_events (account_id, kind, request_id, device, created_at)
    select ${accountId}::text, ${kind}, ${requestId}, ${device}, ${at instanceof Date ? instantParam(at) : at} ${rows}`

/** The fields of an event that the present request causes. */
export const byRequester = (ctx: Pick<RecoveryContext, 'requester' | 'now'>) => ({
  requestId: ctx.requester.requestId,
  device: ctx.requester.device,
  at: ctx.now,
})
