import { eq } from 'drizzle-orm'
import { findSession } from '@/server/accounts/own/find-session'
import { signIn } from '@/server/accounts/own/sign-in'
import { hashPassword } from '@/server/accounts/password-hash'
import { identifierSchema } from '@/server/core/schemas'
import type { Database } from '@/server/db/client'
import { sessions, users } from '@/server/db/schema'
import type { AccountFixture, AccountValues } from './account-fixture'
import { START } from './clock'

/** The accounts of `ACCOUNTS=own`: rows of `latchkey.users`. */
export const ownAccounts: AccountFixture = {
  async add(db, accounts) {
    return db
      .insert(users)
      .values(accounts.map((account) => columnsOf(account) as typeof users.$inferInsert))
      .returning()
  },
  change: (db, id, values) => db.update(users).set(columnsOf(values)).where(eq(users.id, id)),
  remove: (db, id) => db.delete(users).where(eq(users.id, id)),
  removeAll: (db) => db.delete(users),
  read: (db, id) => readUser(db, id),
  countPasswords: async (db, id) => (await readUser(db, id))?.passwordVersion ?? 0,
  table: 'latchkey.users',
  fill: `insert into latchkey.users (email, username, full_name)
    select 'member' || n || '@example.com', 'member' || n, 'Member ' || n from generate_series(1, $1::int) n`,
  lock: 'select 1 from latchkey.users where id = $1 for update',
  hash: (password) => hashPassword({ passwordHash: 'argon2id' }, password),
  async signIn(ctx, account, password) {
    return (await signIn(ctx, { account: identifierSchema.parse(account.email), password })).token
  },
  isSessionOpen: async (ctx, token) => (await findSession(ctx, token)) !== null,
  countSessions: (db, id) => db.$count(sessions, eq(sessions.userId, id)),
}

const readUser = async (db: Database, id: string) => (await db.select().from(users).where(eq(users.id, id)))[0]

function columnsOf({ active, ...values }: AccountValues) {
  const columns = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
  return active === undefined ? columns : { ...columns, deactivatedAt: active ? null : START }
}
