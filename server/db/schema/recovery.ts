import { sql } from 'drizzle-orm'
import { check, index, integer, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { bytea, instant, latchkey, oneOf } from './columns'

/**
 * One row per minted request: its link, its code and the grant that the code is exchanged for. All three are forms
 * of one secret, which is spent by setting `used_at`.
 */
export const passwordResetTokens = latchkey.table(
  'password_reset_tokens',
  {
    /** The random 128-bit id of the request, which the browser that made it keeps. */
    id: uuid('id').primaryKey(),
    accountId: text('account_id').notNull(),
    /** 256 random bits, from which link and code are derived with APP_SECRET. Null in rows of older versions. */
    seed: bytea('seed'),
    /** SHA-256 of the link token. */
    tokenHash: bytea('token_hash').notNull().unique('password_reset_tokens_token_hash_key'),
    /** HMAC of the code under APP_SECRET. A plain hash of six digits could be reversed by trying every code. */
    codeHash: bytea('code_hash').notNull(),
    /** Digest of the account when the row was minted. A change of address, password or activation ends the secret. */
    accountState: bytea('account_state').notNull(),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    /** Null when the email holds no code, because code entry is off for the account. */
    codeExpiresAt: instant('code_expires_at'),
    codeUsedAt: instant('code_used_at'),
    grantHash: bytea('grant_hash').unique('password_reset_tokens_grant_hash_key'),
    grantExpiresAt: instant('grant_expires_at'),
    usedAt: instant('used_at'),
    /** When the link was last followed. */
    openedAt: instant('opened_at'),
    /** Set when a newer request was minted, or when the owner secured the account. */
    supersededAt: instant('superseded_at'),
    /** Until when the link or the grant still works although a newer request was minted: a reset was in progress. */
    keptUntil: instant('kept_until'),
  },
  (t) => [
    // An account has at most one open row: that of its newest request.
    uniqueIndex('password_reset_tokens_one_live').on(t.accountId).where(sql`used_at is null and superseded_at is null`),
    // The cooldown and the limit of 24 hours: the latest emails of an account.
    index('password_reset_tokens_account_created_idx').on(t.accountId, t.createdAt),
    // Housekeeping: requests that expired long ago.
    index('password_reset_tokens_expires_idx').on(t.expiresAt),
    check('password_reset_tokens_expires_later', sql`${t.expiresAt} > ${t.createdAt}`),
    check('password_reset_tokens_grant_is_whole', sql`(${t.grantHash} is null) = (${t.grantExpiresAt} is null)`),
    check('password_reset_tokens_kept_is_superseded', sql`${t.keptUntil} is null or ${t.supersededAt} is not null`),
    check('password_reset_tokens_seed', sql`octet_length(${t.seed}) = 32`),
    check('password_reset_tokens_digests', sql`octet_length(${t.tokenHash}) = 32 and octet_length(${t.codeHash}) = 32`),
  ],
)

/** After so many blocks, each of three wrong codes in a row, codes are off until a reset by link. */
export const CODES_OFF_AFTER_BLOCKS = 10

/**
 * How often a wrong code was entered. `subject` is an account, or the keyed digest of a typed identifier, so that
 * accounts that do not exist are blocked in the same way.
 */
export const codeLockouts = latchkey.table(
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
    // Housekeeping: counts of typed names that were not raised for a long time.
    index('code_lockouts_typed_idx').on(t.updatedAt).where(sql`subject not like 'account %'`),
    check('code_lockouts_tries', sql`${t.tries} between 1 and 3`),
  ],
)

/**
 * The latest change of each account's password that was made here. The email about it can secure the account, once,
 * until the next change.
 */
export const passwordChanges = latchkey.table(
  'password_changes',
  {
    accountId: text('account_id').primaryKey(),
    /** The email that told the owner. */
    emailId: uuid('email_id').notNull(),
    changedAt: instant('changed_at').notNull(),
    /** When the owner answered "this wasn't me". */
    securedAt: instant('secured_at'),
  },
  (t) => [
    // Securing an account: the change that an email told of.
    uniqueIndex('password_changes_email_id_key').on(t.emailId),
    // Housekeeping: changes whose emails can no longer secure the account.
    index('password_changes_changed_idx').on(t.changedAt),
  ],
)

/** What an operator can pause for everyone. `all` stops requests, links, codes and grants. */
export const PAUSES = ['codes', 'links', 'all'] as const
export type Pause = (typeof PAUSES)[number]

/** What is paused now, one row each. */
export const recoveryPauses = latchkey.table(
  'recovery_pauses',
  { what: text('what').$type<Pause>().primaryKey(), since: instant('since').notNull() },
  () => [check('recovery_pauses_what', oneOf('what', PAUSES))],
)

/** Accounts that an operator has frozen: nothing recovers them until they are unfrozen. */
export const frozenAccounts = latchkey.table('frozen_accounts', {
  accountId: text('account_id').primaryKey(),
  since: instant('since').notNull(),
})

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
  'codes-disabled',
  'emails-stopped',
  'emails-allowed',
  'recovery-frozen',
  'recovery-unfrozen',
  'secrets-revoked',
] as const

export type SecurityEventKind = (typeof SECURITY_EVENT_KINDS)[number]

export const securityEvents = latchkey.table(
  'security_events',
  {
    id: uuid('id').primaryKey().default(sql`gen_random_uuid()`),
    accountId: text('account_id'),
    kind: text('kind').$type<SecurityEventKind>().notNull(),
    requestId: text('request_id').notNull(),
    /** Browser and system by name, never an address. */
    device: text('device'),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [
    // Lists the events on /account.
    index('security_events_account_created_idx').on(t.accountId, t.createdAt),
    // Housekeeping: the oldest events.
    index('security_events_created_idx').on(t.createdAt),
    // Housekeeping: events of accounts that do not exist.
    index('security_events_no_account_idx').on(t.createdAt).where(sql`account_id is null`),
    check('security_events_kind', oneOf('kind', SECURITY_EVENT_KINDS)),
  ],
)
