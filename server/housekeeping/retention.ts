/**
 * What is removed, and when: everything here is dead for all that reads it long before its time is over.
 * `since` is the column that ages, and `index` the one that finds the oldest without looking at the rest.
 */
export interface Retention {
  table: string
  /** The columns that name a row. */
  key: string
  since: string
  index: string
  keptSeconds: number
  /** What else must be true of a row to be removed; a literal, so that partial indexes are known to fit. */
  where?: string
}

const MINUTE = 60
const DAY = 24 * 3600

/** A mail's row is asked for by "this wasn't me" for a week, and by late complaints. */
const MAIL_KEPT = 30 * DAY

const answered = (status: string, keptSeconds: number): Retention => ({
  table: 'mail_outbox',
  key: 'id',
  since: 'created_at',
  index: 'mail_outbox_answered_idx',
  keptSeconds,
  where: `status = '${status}'`,
})

export const RETENTIONS: readonly Retention[] = [
  // A minute or two would do; servers' clocks differ.
  {
    table: 'rate_limits',
    key: 'bucket',
    since: 'expires_at',
    index: 'rate_limits_expires_idx',
    keptSeconds: 10 * MINUTE,
  },
  // Its browser asks for it for as long as a link lives, a day at the most.
  answered('ignored', 2 * DAY),
  answered('sent', MAIL_KEPT),
  answered('delivered', MAIL_KEPT),
  answered('bounced', MAIL_KEPT),
  answered('failed', MAIL_KEPT),
  // A dead link says why it is dead for this long; codes and grants end within two hours of the request.
  {
    table: 'password_reset_tokens',
    key: 'id',
    since: 'expires_at',
    index: 'password_reset_tokens_expires_idx',
    keptSeconds: 7 * DAY,
  },
  { table: 'sessions', key: 'id', since: 'expires_at', index: 'sessions_expires_idx', keptSeconds: 1 * DAY },
  // A block lasts a day at the most; whoever is patient for a month gets three tries for it.
  {
    table: 'code_lockouts',
    key: 'subject',
    since: 'updated_at',
    index: 'code_lockouts_updated_idx',
    keptSeconds: 30 * DAY,
  },
  {
    table: 'security_events',
    key: 'id',
    since: 'created_at',
    index: 'security_events_created_idx',
    keptSeconds: 365 * DAY,
  },
  // The provider repeats an event for a day or two.
  { table: 'mail_events', key: 'id', since: 'received_at', index: 'mail_events_received_idx', keptSeconds: 30 * DAY },
]
