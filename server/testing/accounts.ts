import { randomBytes } from 'node:crypto'
import { sql } from 'drizzle-orm'
import type { RecoveryContext } from '@/server/core/context'
import type { Database } from '@/server/db/client'
import type { AccountFixture, AccountValues, TestAccount } from './account-fixture'
import { legacyMembers } from './legacy-members'
import { ownAccounts } from './own-accounts'

export type { AccountValues, TestAccount }

export const PASSWORD = 'correct horse battery staple'
export const OTHER_PASSWORD = 'a very different passphrase'

/** Where the accounts of this test run are. */
export const TEST_ACCOUNTS = process.env.TEST_ACCOUNTS === 'external' ? 'external' : 'own'

const accounts: AccountFixture = { own: ownAccounts, external: legacyMembers }[TEST_ACCOUNTS]

let knownHash: Promise<string> | undefined

/** Adds an account with a random username and email address. Its password is PASSWORD. */
export async function addTestAccount(db: Database, given: AccountValues = {}): Promise<TestAccount> {
  knownHash ??= accounts.hash(PASSWORD)
  const values = { ...newNames(), fullName: 'Ada Example', passwordHash: await knownHash, ...given }
  return (await accounts.add(db, [values]))[0] as TestAccount
}

/** Adds many accounts without passwords. */
export const addTestAccounts = (db: Database, count: number): Promise<TestAccount[]> =>
  accounts.add(
    db,
    Array.from({ length: count }, () => ({ ...newNames(), fullName: 'Ada' })),
  )

function newNames() {
  const username = `user${randomBytes(12).toString('hex')}`
  return { username, email: `${username}@example.com` }
}

export const changeAccount = (db: Database, { id }: { id: string }, values: AccountValues) =>
  accounts.change(db, id, values)

export const removeAccount = (db: Database, { id }: { id: string }) => accounts.remove(db, id)

export const removeAllAccounts = (db: Database) => accounts.removeAll(db)

/** Everything that the application keeps about an account, to compare it with what it was. */
export const readAccount = (db: Database, { id }: { id: string }) => accounts.read(db, id)

/** How many passwords an account has had, the first one included. */
export const countPasswords = (db: Database, { id }: { id: string }) => accounts.countPasswords(db, id)

/** The password hash of an account, as the core reads it. */
export async function storedHash(db: Database, { id }: { id: string }): Promise<string | null | undefined> {
  const [account] = await db.execute<{ hash: string | null }>(
    sql`select password_hash as hash from latchkey.accounts where id = latchkey.account_id(${id})`,
  )
  return account?.hash
}

/** The table of accounts. */
export const ACCOUNTS_TABLE = accounts.table

/** A statement that adds `$1` accounts without passwords: member1@example.com and so on. */
export const FILL_ACCOUNTS = accounts.fill

/** A statement that locks an account's row, with its id as `$1`. */
export const LOCK_ACCOUNT = accounts.lock

/**
 * Signs in to the application that the accounts belong to.
 * @returns the token of the session
 * @throws RecoveryError `sign-in-failed`
 */
export const signInTo = (ctx: RecoveryContext, account: { email: string; username: string }, password: string) =>
  accounts.signIn(ctx, account, password)

export const isSessionOpen = (ctx: RecoveryContext, token: string) => accounts.isSessionOpen(ctx, token)

export const countSessions = (db: Database, { id }: { id: string }) => accounts.countSessions(db, id)
