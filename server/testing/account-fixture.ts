import type { RecoveryContext } from '@/server/core/context'
import type { Database } from '@/server/db/client'

/** An account as tests see it. Columns that it has no value for are null. */
export interface TestAccount {
  /** The text form of its id. */
  id: string
  email: string
  username: string
  fullName: string
  picture: string | null
  passwordHash: string | null
}

/** What tests say about an account. The rest is made up. */
export interface AccountValues {
  email?: string | null
  username?: string | null
  fullName?: string | null
  picture?: string | null
  /** The language tag as the application stores it. */
  locale?: string | null
  passwordHash?: string | null
  /** True unless given. */
  active?: boolean
}

/** What tests do to accounts, besides what the core does through the account directory. */
export interface AccountFixture {
  add(db: Database, accounts: AccountValues[]): Promise<TestAccount[]>
  change(db: Database, id: string, values: AccountValues): Promise<unknown>
  remove(db: Database, id: string): Promise<unknown>
  removeAll(db: Database): Promise<unknown>
  /** Everything that the application keeps about an account, to compare it with what it was. */
  read(db: Database, id: string): Promise<Record<string, unknown> | undefined>
  /** How many passwords the account has had, the first one included. */
  countPasswords(db: Database, id: string): Promise<number>
  /** The table of accounts, and the statement that fills it with `$1` more of them, who have no password. */
  table: string
  fill: string
  /** A statement that locks an account's row, with its id as `$1`. */
  lock: string
  /** Hashes a password as the application does. Costs little. */
  hash(password: string): Promise<string>
  /**
   * Signs in to the application and returns the token of the session.
   * @throws RecoveryError `sign-in-failed`
   */
  signIn(ctx: RecoveryContext, account: { email: string; username: string }, password: string): Promise<string>
  isSessionOpen(ctx: RecoveryContext, token: string): Promise<boolean>
  countSessions(db: Database, id: string): Promise<number>
}
