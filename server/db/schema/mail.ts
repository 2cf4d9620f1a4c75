import { sql } from 'drizzle-orm'
import { boolean, check, index, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { users } from './accounts'
import { bytea, instant } from './columns'

export const MAIL_STATUSES = ['queued', 'sending', 'sent', 'delivered', 'bounced', 'failed', 'ignored'] as const
/** The forms of a mailed link: each interface that documents one has its own. */
export const LINK_FORMS = ['pages', 'views', 'jwt', 'v1'] as const
export const MAIL_KINDS = ['password-reset', 'password-changed'] as const

export type MailStatus = (typeof MAIL_STATUSES)[number]
export type LinkForm = (typeof LINK_FORMS)[number]
export type MailKind = (typeof MAIL_KINDS)[number]

const oneOf = (column: string, values: readonly string[]) =>
  sql.raw(`${column} in (${values.map((value) => `'${value}'`).join(', ')})`)

/**
 * The queue of mails, and for a reset also the request itself: what was typed, until the worker has seen it.
 * No secret stands here; the worker derives link and code from `id` when it renders.
 */
export const mailOutbox = pgTable(
  'mail_outbox',
  {
    id: uuid('id').primaryKey(),
    kind: text('kind').$type<MailKind>().notNull(),
    /** Which interface asked, so that the mail carries that interface's own form of link. */
    form: text('form').$type<LinkForm>().notNull().default('pages'),
    /** Asked by "this wasn't me": its owner has just lost the password and must not wait. */
    exemptFromCooldown: boolean('exempt_from_cooldown').notNull().default(false),
    status: text('status').$type<MailStatus>().notNull().default('queued'),
    /** What was typed; blanked when the worker has answered it. */
    identifier: text('identifier'),
    /** Keyed digest of what was typed: knows it again without holding it. */
    identifierDigest: bytea('identifier_digest'),
    userId: uuid('user_id').references(() => users.id, { onDelete: 'cascade' }),
    /** Written once when the mail is composed, so that every try sends the same bytes. */
    recipient: text('recipient'),
    recipientName: text('recipient_name'),
    composedAt: instant('composed_at'),
    /** Not worth sending any more after this: the link in it is dead. */
    expiresAt: instant('expires_at'),
    device: text('device'),
    requestId: text('request_id').notNull(),
    attempts: integer('attempts').notNull().default(0),
    dueAt: instant('due_at').notNull(),
    leaseExpiresAt: instant('lease_expires_at'),
    /** Names the call that carries this mail, and is its idempotency key; kept across retries. */
    batchId: uuid('batch_id'),
    providerId: text('provider_id'),
    /** Why a row failed, bounced or was ignored. */
    reason: text('reason'),
    createdAt: instant('created_at').notNull(),
    sentAt: instant('sent_at'),
  },
  (t) => [
    // The worker's claim: the oldest due rows.
    index('mail_outbox_queued_idx').on(t.dueAt).where(sql`status = 'queued'`),
    // The worker's look for batches whose worker is gone.
    index('mail_outbox_sending_idx').on(t.leaseExpiresAt).where(sql`status = 'sending'`),
    // The provider's events, which know a mail by the id it was accepted under.
    index('mail_outbox_provider_id_idx').on(t.providerId).where(sql`provider_id is not null`),
    // The cleaner: the oldest answered rows of a status.
    index('mail_outbox_answered_idx').on(t.status, t.createdAt).where(sql`status not in ('queued', 'sending')`),
    check('mail_outbox_status', oneOf('status', MAIL_STATUSES)),
    check('mail_outbox_kind', oneOf('kind', MAIL_KINDS)),
    check('mail_outbox_form', oneOf('form', LINK_FORMS)),
    check(
      'mail_outbox_sending_is_leased',
      sql`${t.status} <> 'sending' or (${t.batchId} is not null and ${t.leaseExpiresAt} is not null)`,
    ),
    check('mail_outbox_sent_has_recipient', sql`${t.status} <> 'sent' or ${t.recipient} is not null`),
  ],
)

/** What the provider says of a mail after it has accepted it. */
export const MAIL_EVENT_TYPES = ['delivered', 'failed', 'suppressed', 'bounced', 'complained'] as const
export type MailEventType = (typeof MAIL_EVENT_TYPES)[number]

/** Events of the provider, by their own ids: each counts once, whenever and how often it comes. */
export const mailEvents = pgTable(
  'mail_events',
  {
    id: text('id').primaryKey(),
    /** The mail it is about, by the provider's id. It may come before the worker has noted that id. */
    providerId: text('provider_id').notNull(),
    type: text('type').$type<MailEventType>().notNull(),
    /** False for a bounce that may pass: a full mailbox is no reason to give an address up. */
    permanent: boolean('permanent').notNull().default(true),
    reason: text('reason'),
    receivedAt: instant('received_at').notNull(),
  },
  (t) => [
    // What is known of a mail when it, or its acceptance, is noted.
    index('mail_events_provider_id_idx').on(t.providerId),
    // The cleaner: events whose repetition is not to be feared any more.
    index('mail_events_received_idx').on(t.receivedAt),
    check('mail_events_type', oneOf('type', MAIL_EVENT_TYPES)),
  ],
)

export const SUPPRESSION_KINDS = ['bounced', 'complained'] as const
export type SuppressionKind = (typeof SUPPRESSION_KINDS)[number]

/** Addresses that are not mailed again. An account that changes its address has no problem any more. */
export const mailSuppressions = pgTable(
  'mail_suppressions',
  {
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    address: text('address').notNull(),
    kind: text('kind').$type<SuppressionKind>().notNull(),
    since: instant('since').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.userId, t.address] }),
    check('mail_suppressions_kind', oneOf('kind', SUPPRESSION_KINDS)),
  ],
)
