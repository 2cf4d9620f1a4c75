import { sql } from 'drizzle-orm'
import { auditEvent } from '@/server/audit/audit-event'
import { type Database, instantParam, runStatement } from '@/server/db/client'
import type { MailEventType, MailStatus, SecurityEventKind, SuppressionKind } from '@/server/db/schema'

/** What the provider says of a mail after it has taken it: delivered or not, and why. */

export interface MailEvent {
  /** The event's own id: a second event of that id changes nothing. */
  id: string
  /** The mail, by the provider's id. */
  providerId: string
  type: MailEventType
  /** False for a bounce that may pass, such as a full mailbox. */
  permanent: boolean
  reason: string | null
}

interface Meaning {
  status: MailStatus
  /** A row moves to a higher rank only: events come in any order. */
  rank: number
  /** What the account is told. */
  event: SecurityEventKind | null
  /** Why the address is not mailed again; a bounce that may pass is no reason. */
  problem: SuppressionKind | null
}

const MEANINGS: Record<MailEventType, Meaning> = {
  delivered: { status: 'delivered', rank: 1, event: null, problem: null },
  failed: { status: 'failed', rank: 2, event: 'mail-bounced', problem: null },
  suppressed: { status: 'failed', rank: 2, event: 'mail-bounced', problem: 'bounced' },
  bounced: { status: 'bounced', rank: 3, event: 'mail-bounced', problem: 'bounced' },
  complained: { status: 'bounced', rank: 3, event: 'mail-complained', problem: 'complained' },
}

/** Keeps an event, and moves the mail it is about if that is known already. */
export async function noteMailEvent(db: Database, now: Date, event: MailEvent): Promise<void> {
  await runStatement(
    db,
    sql`insert into mail_events (id, provider_id, type, permanent, reason, received_at)
    values (${event.id}, ${event.providerId}, ${event.type}, ${event.permanent}, ${event.reason}, ${instantParam(now)})
    on conflict (id) do nothing`,
  )
  await applyMailEvents(db, now, [event.providerId])
}

/**
 * Moves mails to what their events say, never backwards, with the audit row and the mark on the address that
 * go with it. An event may overtake the note of its mail's acceptance: whoever commits second calls this
 * last and sees both, so it runs after, and not within, the statement that notes either.
 */
export async function applyMailEvents(db: Database, now: Date, providerIds: string[]): Promise<void> {
  if (providerIds.length === 0) return
  await runStatement(
    db,
    sql`with meanings as (
      select * from jsonb_to_recordset(${MEANING_ROWS}::jsonb)
        as m(type text, status text, rank int, event text, problem text)
    ),
    wanted as (
      select jsonb_array_elements_text(${JSON.stringify(providerIds)}::jsonb) as provider_id
    ),
    news as (
      select distinct on (e.provider_id) e.provider_id, e.reason, m.status, m.rank, m.event,
        case when e.permanent then m.problem end as problem
      from wanted join mail_events e using (provider_id) join meanings m using (type)
      order by e.provider_id, m.rank desc, e.permanent desc, e.received_at
    ),
    moved as (
      update mail_outbox o set status = news.status, reason = coalesce(news.reason, o.reason) from news
      where o.provider_id = news.provider_id and news.rank >
        case o.status when 'sent' then 0 when 'delivered' then 1 when 'failed' then 2 else 3 end
      returning o.user_id, o.recipient, o.request_id, o.device, news.event, news.problem
    ),
    noted as (
      ${auditEvent(
        { kind: sql`event`, userId: sql`user_id`, requestId: sql`request_id`, device: null, at: now },
        sql`from moved where event is not null`,
      )}
    )
    insert into mail_suppressions (user_id, address, kind, since)
    select distinct on (user_id, recipient) user_id, recipient, problem, ${instantParam(now)} from moved
    where problem is not null and user_id is not null
    on conflict (user_id, address) do nothing`,
  )
}

const MEANING_ROWS = JSON.stringify(Object.entries(MEANINGS).map(([type, meaning]) => ({ type, ...meaning })))
