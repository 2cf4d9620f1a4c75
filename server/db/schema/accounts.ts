import { sql } from 'drizzle-orm'
import { check, index, integer, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core'
import { bytea, instant, latchkey } from './columns'

/** The accounts of an app without users of its own (`ACCOUNTS=own`). The core reads them as `latchkey.accounts`. */
export const users = latchkey.table(
  'users',
  {
    id: uuid('id').primaryKey().default(sql`gen_random_uuid()`),
    email: text('email').notNull(),
    username: text('username').notNull(),
    fullName: text('full_name').notNull().default(''),
    /** A URL or a path of this app. Null shows the default avatar. */
    picture: text('picture'),
    /** A language tag such as `pt-BR`. Null if unknown. */
    locale: text('locale'),
    /** In any format of `server/accounts/password-hash.ts`. Null for an account without a password. */
    passwordHash: text('password_hash'),
    /** Raised with every new password. A session with an older version has ended. */
    passwordVersion: integer('password_version').notNull().default(1),
    deactivatedAt: instant('deactivated_at'),
    createdAt: instant('created_at').notNull().default(sql`now()`),
  },
  (t) => [
    // Accounts are found by these two. Collation "C" folds ASCII letters only, so look-alikes do not match.
    uniqueIndex('users_email_key').on(sql`lower(${t.email} collate "C")`),
    uniqueIndex('users_username_key').on(sql`lower(${t.username} collate "C")`),
    check('users_email_is_one_address', sql`${t.email} ~ '^[^@[:space:]]+@[^@[:space:]]+$'`),
    check('users_username_is_no_address', sql`${t.username} <> '' and position('@' in ${t.username}) = 0`),
  ],
)

export const sessions = latchkey.table(
  'sessions',
  {
    id: uuid('id').primaryKey().default(sql`gen_random_uuid()`),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** SHA-256 of the token. The token is 256 random bits, and only its owner has it. */
    tokenHash: bytea('token_hash').notNull().unique('sessions_token_hash_key'),
    passwordVersion: integer('password_version').notNull(),
    device: text('device'),
    createdAt: instant('created_at').notNull(),
    lastSeenAt: instant('last_seen_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
  },
  (t) => [
    // Lists the sessions on /account, and ends them all at a reset.
    index('sessions_user_id_idx').on(t.userId),
    // Housekeeping: sessions that have expired.
    index('sessions_expires_idx').on(t.expiresAt),
    check('sessions_expires_after_creation', sql`${t.expiresAt} > ${t.createdAt}`),
  ],
)
