import { auditEvent } from '@/server/audit/audit-event'
import { type Database, instantParam, runStatement } from '@/server/db/client'
import type { EventType, MailEventType, MailStatus, SecurityEventKind, SuppressionKind } from '@/server/db/schema'
import { sql } from '@/server/db/sql'
import { type Step, statementOf, step } from '@/server/db/statement'
import { queueEvent } from '@/server/events/queue-event'

/** An event of the provider about an email that it accepted: delivered or not, and why. */
export interface MailEvent {
  /** The event's own id. A second event with the same id has no effect. */
  id: string
  /** The provider's id of the email. */
  providerId: string
  type: MailEventType
  /** False for a bounce that may pass, such as a full mailbox. */
  permanent: boolean
  reason: string | null
}

/** The order of the statuses after acceptance. Events come in any order, so a status only moves up. */
const RANK = { sent: 0, delivered: 1, failed: 2, bounced: 3 } satisfies Partial<Record<MailStatus, number>>

interface Effect {
  status: keyof typeof RANK
  /** The audit event of the account. */
  audit: SecurityEventKind | null
  /** The event for the application. */
  event: EventType | null
  /** Why no further email is sent to the address. Applies only to permanent events. */
  suppression: SuppressionKind | null
}

const EFFECTS: Record<MailEventType, Effect> = {
  delivered: { status: 'delivered', audit: null, event: null, suppression: null },
  failed: { status: 'failed', audit: 'mail-bounced', event: 'email.bounced', suppression: null },
  suppressed: { status: 'failed', audit: 'mail-bounced', event: 'email.bounced', suppression: 'bounced' },
  bounced: { status: 'bounced', audit: 'mail-bounced', event: 'email.bounced', suppression: 'bounced' },
  complained: { status: 'bounced', audit: 'mail-complained', event: 'email.complained', suppression: 'complained' },
}

const EFFECT_ROWS = JSON.stringify(
  Object.entries(EFFECTS).map(([type, effect]) => ({ type, rank: RANK[effect.status], ...effect })),
)

/** Stores an event, and applies it if its email is known already. `sendEvents` as in `applyMailEvents`. */
export async function recordMailEvent(db: Database, now: Date, event: MailEvent, sendEvents: boolean): Promise<void> {
  await runStatement(
    db,
    sql`insert into latchkey.mail_events (id, provider_id, type, permanent, reason, received_at)
    values (${event.id}, ${event.providerId}, ${event.type}, ${event.permanent}, ${event.reason}, ${instantParam(now)})
    on conflict (id) do nothing`,
  )
  await applyMailEvents(db, now, [event.providerId], sendEvents)
}

/**
 * Applies the stored events of these emails: moves each row's status up, records an audit event, and suppresses the
 * address where that follows. An event can arrive before the email's acceptance is recorded. Therefore both writers
 * call this after their own statement has committed: the later of the two sees both.
 * @param sendEvents queues an event for the application too
 */
export async function applyMailEvents(
  db: Database,
  now: Date,
  providerIds: string[],
  sendEvents: boolean,
): Promise<void> {
  if (providerIds.length === 0) return
  const strongest = strongestEvents(providerIds)
  const moved = moveRows(strongest)
  const steps = [strongest, moved, auditMovedRows(moved, now), ...tellApplication(sendEvents, moved, now)]
  await runStatement(db, statementOf(steps, suppressAddresses(moved, now)))
}

/** The event of highest rank of each email, with its effect. A bounce that may pass suppresses nothing. */
const strongestEvents = (providerIds: string[]) =>
  step(
    'strongest_events',
    sql`select distinct on (e.provider_id) e.provider_id, e.reason, effects.status, effects.rank, effects.audit, effects.event,
      case when e.permanent then effects.suppression end as suppression
    from jsonb_array_elements_text(${JSON.stringify(providerIds)}::jsonb) as emails(provider_id)
      join latchkey.mail_events e using (provider_id)
      join jsonb_to_recordset(${EFFECT_ROWS}::jsonb)
        as effects(type text, status text, rank int, audit text, event text, suppression text) using (type)
    order by e.provider_id, effects.rank desc, e.permanent desc, e.received_at`,
  )

/** Moves the rows whose status ranks below their event. A row that was never sent has no rank and stays. */
const moveRows = (strongest: Step) =>
  step(
    'moved',
    sql`update latchkey.mail_outbox o set status = ${strongest}.status, reason = coalesce(${strongest}.reason, o.reason)
    from ${strongest}
    where o.provider_id = ${strongest}.provider_id
      and ${strongest}.rank > (${JSON.stringify(RANK)}::jsonb ->> o.status)::int
    returning o.account_id, o.recipient, o.request_id, ${strongest}.audit, ${strongest}.event, ${strongest}.suppression`,
  )

/** Records the audit events of the rows that moved. */
const auditMovedRows = (moved: Step, at: Date) =>
  step(
    'audited',
    auditEvent(
      { kind: sql`audit`, accountId: sql`account_id`, requestId: sql`request_id`, device: null, at },
      sql`from ${moved} where audit is not null`,
    ),
  )

/** Queues events about the rows that moved, which say whether the address is suppressed now. */
const tellApplication = (sendEvents: boolean, moved: Step, at: Date) =>
  queueEvent(
    sendEvents,
    {
      type: sql`event`,
      accountId: sql`account_id`,
      requestId: sql`request_id`,
      at,
      details: sql`jsonb_build_object('suppressed', suppression is not null)`,
    },
    sql`from ${moved} where event is not null and account_id is not null`,
  )

/** Suppresses the addresses of the rows that moved for a permanent reason. */
const suppressAddresses = (moved: Step, now: Date) =>
  sql`insert into latchkey.mail_suppressions (account_id, address, kind, since)
  select distinct on (account_id, recipient) account_id, recipient, suppression, ${instantParam(now)} from ${moved}
  where suppression is not null and account_id is not null
  on conflict (account_id, address) do update set kind = excluded.kind, since = excluded.since, until = null
    where mail_suppressions.kind = 'stopped'`
