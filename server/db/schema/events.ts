import { sql } from 'drizzle-orm'
import { check, index, integer, jsonb, text, uuid } from 'drizzle-orm/pg-core'
import { instant, latchkey, oneOf } from './columns'

export const EVENT_TYPES = [
  'password.changed',
  'account.secured',
  'code.blocked',
  'email.bounced',
  'email.complained',
] as const
export const EVENT_STATUSES = ['queued', 'delivered', 'failed', 'ignored'] as const

export type EventType = (typeof EVENT_TYPES)[number]
export type EventStatus = (typeof EVENT_STATUSES)[number]

/** The queue of events for the application. Empty unless EVENTS_URL is set. It holds no secret and no address. */
export const eventOutbox = latchkey.table(
  'event_outbox',
  {
    /** The same on every try: the application recognises a repeated event by it. */
    id: uuid('id').primaryKey().default(sql`gen_random_uuid()`),
    type: text('type').$type<EventType>().notNull(),
    /** Null where code entry was blocked for an unknown account. The worker ignores such a row. */
    accountId: text('account_id'),
    requestId: text('request_id').notNull(),
    /** Further fields of `data` in the body. */
    details: jsonb('details').notNull().default({}),
    status: text('status').$type<EventStatus>().notNull().default('queued'),
    /** Tries whose outcome is known. */
    attempts: integer('attempts').notNull().default(0),
    /** When the next try is due. While a worker makes a try, this is the end of its lease. */
    dueAt: instant('due_at').notNull(),
    /** The claim of the worker that makes a try. Only that worker may record the outcome. */
    claimId: uuid('claim_id'),
    /** Why the last try failed. */
    reason: text('reason'),
    /** When it happened. */
    createdAt: instant('created_at').notNull(),
    deliveredAt: instant('delivered_at'),
  },
  (t) => [
    // The worker claims the oldest due rows.
    index('event_outbox_queued_idx').on(t.dueAt).where(sql`status = 'queued'`),
    // Housekeeping: the oldest rows of a status.
    index('event_outbox_status_created_idx').on(t.status, t.createdAt),
    check('event_outbox_type', oneOf('type', EVENT_TYPES)),
    check('event_outbox_status', oneOf('status', EVENT_STATUSES)),
    check(
      'event_outbox_sent_has_account',
      sql`${t.status} not in ('delivered', 'failed') or ${t.accountId} is not null`,
    ),
  ],
)
