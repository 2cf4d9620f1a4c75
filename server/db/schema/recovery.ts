import { sql } from 'drizzle-orm'
import { check, index, integer, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { users } from './accounts'
import { bytea, instant, oneOf } from './columns'

/**
 * One row per minted request: its link, its code and the grant that the code is exchanged for. All three are forms
 * of one secret, which is spent by setting `used_at`.
 */
export const passwordResetTokens = pgTable(
  'password_reset_tokens',
  {
    /** The random 128-bit id of the request; link and code are derived from it with APP_SECRET. */
    id: uuid('id').primaryKey(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** SHA-256 of the link token. */
    tokenHash: bytea('token_hash').notNull().unique('password_reset_tokens_token_hash_key'),
    /** HMAC of the code under APP_SECRET. A plain hash of six digits could be reversed by trying every code. */
    codeHash: bytea('code_hash').notNull(),
    /** Digest of the account when the row was minted. A change of address, password or activation ends the secret. */
    accountState: bytea('account_state').notNull(),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    codeExpiresAt: instant('code_expires_at').notNull(),
    codeUsedAt: instant('code_used_at'),
    grantHash: bytea('grant_hash').unique('password_reset_tokens_grant_hash_key'),
    grantExpiresAt: instant('grant_expires_at'),
    usedAt: instant('used_at'),
    /** Set when a newer request was minted, or when the owner secured the account. */
    supersededAt: instant('superseded_at'),
  },
  (t) => [
    // An account has at most one open row: that of its newest request.
    uniqueIndex('password_reset_tokens_one_live').on(t.userId).where(sql`used_at is null and superseded_at is null`),
    // The cooldown and the hourly limit: the latest emails of an account.
    index('password_reset_tokens_user_created_idx').on(t.userId, t.createdAt),
    // Housekeeping: requests that expired long ago.
    index('password_reset_tokens_expires_idx').on(t.expiresAt),
    check('password_reset_tokens_expires_later', sql`${t.expiresAt} > ${t.createdAt}`),
    check('password_reset_tokens_grant_is_whole', sql`(${t.grantHash} is null) = (${t.grantExpiresAt} is null)`),
    check('password_reset_tokens_digests', sql`octet_length(${t.tokenHash}) = 32 and octet_length(${t.codeHash}) = 32`),
  ],
)

/**
 * How often a wrong code was entered. `subject` is an account, or the keyed digest of a typed identifier, so that
 * accounts that do not exist are blocked in the same way.
 */
export const codeLockouts = pgTable(
  'code_lockouts',
  {
    subject: text('subject').primaryKey(),
    /** Tries in the current round: 1 to 3. */
    tries: integer('tries').notNull(),
    /** Blocks so far. Each is twice as long as the one before. */
    blocks: integer('blocks').notNull().default(0),
    blockedUntil: instant('blocked_until'),
    /** The last try that was admitted. A statement compares it with its own try. */
    lastTryId: uuid('last_try_id').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    // Housekeeping: counts that were not raised for a long time.
    index('code_lockouts_updated_idx').on(t.updatedAt),
    check('code_lockouts_tries', sql`${t.tries} between 1 and 3`),
  ],
)

export const SECURITY_EVENT_KINDS = [
  'reset-requested',
  'reset-mailed',
  'reset-refused',
  'code-blocked',
  'code-accepted',
  'password-changed',
  'account-secured',
  'sessions-ended',
  'signed-in',
  'sign-in-failed',
  'mail-bounced',
  'mail-complained',
] as const

export type SecurityEventKind = (typeof SECURITY_EVENT_KINDS)[number]

export const securityEvents = pgTable(
  'security_events',
  {
    id: uuid('id').primaryKey().default(sql`gen_random_uuid()`),
    userId: uuid('user_id').references(() => users.id, { onDelete: 'cascade' }),
    kind: text('kind').$type<SecurityEventKind>().notNull(),
    requestId: text('request_id').notNull(),
    /** Browser and system by name, never an address. */
    device: text('device'),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    // Lists the events on /account.
    index('security_events_user_created_idx').on(t.userId, t.createdAt),
    // Housekeeping: the oldest events.
    index('security_events_created_idx').on(t.createdAt),
    check('security_events_kind', oneOf('kind', SECURITY_EVENT_KINDS)),
  ],
)
