import { sql } from 'drizzle-orm'
import { boolean, check, index, integer, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { bytea, instant, latchkey, oneOf } from './columns'

export const MAIL_STATUSES = ['queued', 'sending', 'sent', 'delivered', 'bounced', 'failed', 'ignored'] as const
/** The forms of an emailed link, one for each interface that documents its own. */
export const LINK_FORMS = ['pages', 'views', 'jwt', 'v1'] as const
export const MAIL_KINDS = ['password-reset', 'password-changed'] as const

export type MailStatus = (typeof MAIL_STATUSES)[number]
export type LinkForm = (typeof LINK_FORMS)[number]
export type MailKind = (typeof MAIL_KINDS)[number]

/**
 * The queue of emails. The row of a reset email is also the request: it holds the typed identifier until the worker
 * has processed it. It holds no secret: the worker derives link and code from the seed of the minted row.
 */
export const mailOutbox = latchkey.table(
  'mail_outbox',
  {
    id: uuid('id').primaryKey(),
    kind: text('kind').$type<MailKind>().notNull(),
    /** The form of the link, from the interface that received the request. */
    form: text('form').$type<LinkForm>().notNull().default('pages'),
    /** Set by "this wasn't me": the owner has just lost the password and must not wait. */
    exemptFromCooldown: boolean('exempt_from_cooldown').notNull().default(false),
    status: text('status').$type<MailStatus>().notNull().default('queued'),
    /** The typed identifier. Erased when the worker has processed the request. */
    identifier: text('identifier'),
    /** Keyed digest of the identifier, which recognises it without storing it. */
    identifierDigest: bytea('identifier_digest'),
    accountId: text('account_id'),
    /** Written once, when the email is composed, so that every try sends the same bytes. */
    recipient: text('recipient'),
    recipientName: text('recipient_name'),
    recipientUsername: text('recipient_username'),
    /** The identity provider that a person without a password signs in with. The email has no link then. */
    signInVia: text('sign_in_via'),
    composedAt: instant('composed_at'),
    /** After this time the email is not sent, because its link is dead. */
    expiresAt: instant('expires_at'),
    device: text('device'),
    /** The language of the page, or of the program's Accept-Language, that asked for the email. */
    requestedLocale: text('requested_locale'),
    /** The account's own language as its application stores it, such as `de_AT`. Copied when the email is composed. */
    accountLocale: text('account_locale'),
    requestId: text('request_id').notNull(),
    attempts: integer('attempts').notNull().default(0),
    dueAt: instant('due_at').notNull(),
    leaseExpiresAt: instant('lease_expires_at'),
    /** Identifies the call that sends this email, and is its idempotency key. Kept across retries. */
    batchId: uuid('batch_id'),
    providerId: text('provider_id'),
    /** Why a row failed, bounced or was ignored. */
    reason: text('reason'),
    createdAt: instant('created_at').notNull(),
    sentAt: instant('sent_at'),
  },
  (t) => [
    // The worker claims the oldest due rows.
    index('mail_outbox_queued_idx').on(t.dueAt).where(sql`status = 'queued'`),
    // The worker looks for batches whose lease has ended.
    index('mail_outbox_sending_idx').on(t.leaseExpiresAt).where(sql`status = 'sending'`),
    // The provider's events name an email by the provider's id.
    index('mail_outbox_provider_id_idx').on(t.providerId).where(sql`provider_id is not null`),
    // Housekeeping: the oldest settled rows of a status.
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

/** What the provider reports about an email that it has accepted. */
export const MAIL_EVENT_TYPES = ['delivered', 'failed', 'suppressed', 'bounced', 'complained'] as const
export type MailEventType = (typeof MAIL_EVENT_TYPES)[number]

/** Events of the provider, by their own ids, so that an event that comes twice counts once. */
export const mailEvents = latchkey.table(
  'mail_events',
  {
    id: text('id').primaryKey(),
    /** The provider's id of the email. The event may come before the worker has stored that id. */
    providerId: text('provider_id').notNull(),
    type: text('type').$type<MailEventType>().notNull(),
    /** False for a bounce that may pass, such as a full mailbox: the address is not suppressed. */
    permanent: boolean('permanent').notNull().default(true),
    reason: text('reason'),
    receivedAt: instant('received_at').notNull(),
  },
  (t) => [
    // The events of an email, looked up when it is settled or an event arrives.
    index('mail_events_provider_id_idx').on(t.providerId),
    // Housekeeping: events so old that they will not come again.
    index('mail_events_received_idx').on(t.receivedAt),
    check('mail_events_type', oneOf('type', MAIL_EVENT_TYPES)),
  ],
)

export const SUPPRESSION_KINDS = ['bounced', 'complained', 'stopped'] as const
export type SuppressionKind = (typeof SUPPRESSION_KINDS)[number]

/**
 * Suppressions: addresses of accounts that get no more recovery emails. A new address of the account is not affected.
 * `stopped` is the owner's own wish, which ends by itself.
 */
export const mailSuppressions = latchkey.table(
  'mail_suppressions',
  {
    accountId: text('account_id').notNull(),
    address: text('address').notNull(),
    kind: text('kind').$type<SuppressionKind>().notNull(),
    since: instant('since').notNull(),
    /** When it ends. Null for a bounce or a complaint, which last until an operator lifts them. */
    until: instant('until'),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.address] }),
    check('mail_suppressions_until', sql`(${t.kind} = 'stopped') = (${t.until} is not null)`),
    check('mail_suppressions_kind', oneOf('kind', SUPPRESSION_KINDS)),
  ],
)
