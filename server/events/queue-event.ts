import { instantParam } from '@/server/db/client'
import type { EventType } from '@/server/db/schema'
import { type SQL, sql } from '@/server/db/sql'
import { type Step, step } from '@/server/db/statement'

/** An event for the application. Each field is a value, or SQL over the rows that the events are about. */
export interface ApplicationEvent {
  type: EventType | SQL
  /** The account, or null for an identifier without an account: the row is written and never sent. */
  accountId: SQL
  requestId: string | SQL
  at: Date
  /** An SQL object (`jsonb`) with further fields. Never a secret or an address. */
  details?: SQL
}

/**
 * The step that queues an event for each row that the events are about.
 * @param sendEvents false when EVENTS_URL is not set: the statement gets no step
 * @param rows the rows: a `from` or `where` clause
 * @returns one step, or none
 */
export function queueEvent(sendEvents: boolean, event: ApplicationEvent, rows: SQL): Step[] {
  if (!sendEvents) return []
  const at = instantParam(event.at)
  return [
    step(
      'queued_event',
      sql`insert into latchkey.event_outbox (type, account_id, request_id, details, due_at, created_at)
      select ${event.type}, ${event.accountId}::text, ${event.requestId}, ${event.details ?? sql`'{}'::jsonb`}, ${at}, ${at} ${rows}`,
    ),
  ]
}
