/** Which rows of a table are removed, and when. A row is kept for long after the last code that reads it. */
export interface Retention {
  table: string
  /** The column that identifies a row. */
  key: string
  /** The column with the time from which the row's age counts. */
  since: string
  /** The index that finds the oldest rows. */
  index: string
  keptSeconds: number
  /** A further condition. It is part of the statement's text, so that PostgreSQL can use a partial index. */
  where?: string
}

const MINUTE = 60
const DAY = 24 * 3600

/** The "this wasn't me" link needs an email's row for a week, and a complaint about it can come even later. */
const EMAIL_KEPT = 30 * DAY

const finishedEmails = (status: string, keptSeconds: number): Retention => ({
  table: 'mail_outbox',
  key: 'id',
  since: 'created_at',
  index: 'mail_outbox_answered_idx',
  keptSeconds,
  where: `status = '${status}'`,
})

/** `queued` rows get this old only if no worker sends events any more. */
const events = (status: string, keptSeconds: number): Retention => ({
  table: 'event_outbox',
  key: 'id',
  since: 'created_at',
  index: 'event_outbox_status_created_idx',
  keptSeconds,
  where: `status = '${status}'`,
})

export const RETENTIONS: readonly Retention[] = [
  // Longer than needed, because the clocks of servers differ.
  {
    table: 'rate_limits',
    key: 'bucket',
    since: 'expires_at',
    index: 'rate_limits_expires_idx',
    keptSeconds: 10 * MINUTE,
  },
  // The browser that requested it asks for it while a link would work: for a day at most.
  finishedEmails('ignored', 2 * DAY),
  finishedEmails('sent', EMAIL_KEPT),
  finishedEmails('delivered', EMAIL_KEPT),
  finishedEmails('bounced', EMAIL_KEPT),
  finishedEmails('failed', EMAIL_KEPT),
  // Until then, a link that no longer works says why. Codes and grants end within two hours of the request.
  {
    table: 'password_reset_tokens',
    key: 'id',
    since: 'expires_at',
    index: 'password_reset_tokens_expires_idx',
    keptSeconds: 7 * DAY,
  },
  // An email secures an account for a week.
  {
    table: 'password_changes',
    key: 'account_id',
    since: 'changed_at',
    index: 'password_changes_changed_idx',
    keptSeconds: EMAIL_KEPT,
  },
  { table: 'sessions', key: 'id', since: 'expires_at', index: 'sessions_expires_idx', keptSeconds: 1 * DAY },
  // Strangers can fill these two for accounts that do not exist. The counts of accounts are kept until a right code or a
  // reset: a guesser must not get new tries for waiting.
  {
    table: 'code_lockouts',
    key: 'subject',
    since: 'updated_at',
    index: 'code_lockouts_typed_idx',
    keptSeconds: 2 * DAY,
    where: `subject not like 'account %'`,
  },
  {
    table: 'security_events',
    key: 'id',
    since: 'created_at',
    index: 'security_events_no_account_idx',
    keptSeconds: 1 * DAY,
    where: 'account_id is null',
  },
  {
    table: 'security_events',
    key: 'id',
    since: 'created_at',
    index: 'security_events_created_idx',
    keptSeconds: 365 * DAY,
  },
  events('ignored', 1 * DAY),
  events('delivered', 7 * DAY),
  // An operator may want to send these again.
  events('failed', 30 * DAY),
  events('queued', 30 * DAY),
  // The provider repeats an event for a day or two.
  { table: 'mail_events', key: 'id', since: 'received_at', index: 'mail_events_received_idx', keptSeconds: 30 * DAY },
]
