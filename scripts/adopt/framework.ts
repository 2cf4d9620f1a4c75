import type { RecoveryPolicy } from '@/server/core/context'
import type { LiveSchema, Table } from './live-schema'

/** A value of PASSWORD_HASH. */
export type PasswordHash = RecoveryPolicy['passwordHash']

/** An SQL expression over the users table, whose alias is `u`, and why it is written like this. */
export interface ViewColumn {
  sql: string
  comment?: string
}

/** The body of an SQL function: one statement, in which `$1` is the account's id, and what a reader should know. */
export interface FunctionBody {
  sql: string
  comment: string[]
}

/** A table in the schema `latchkey` that repeats a part of the users table. */
export interface CopiedColumns {
  /** Its name. The role of the servers gets no right on it. */
  table: string
  /** Its alias and the condition of the inner join, for example `e on e.id = u.id`. */
  join: string
  /** SQL that creates and fills it, can be run again, and ends with a semicolon. */
  sql: string
  comment: string[]
}

/** What the SQL file contains for one database, and what the adopter is told about it. */
export interface Plan {
  /** What was found in the database, one line each. */
  found: string[]
  /** What the schema does not say, and how the SQL takes it, one line each. The file repeats it. */
  assumed: string[]
  /** The columns of `latchkey.accounts`; `id` and `email` are names of columns. What is left out is `null`, or active. */
  columns: { id: string; email: string; password_hash: ViewColumn } & Partial<
    Record<'username' | 'full_name' | 'picture' | 'locale' | 'active' | 'sign_in_via', ViewColumn>
  >
  /** A table that the view needs besides the users table, where that one cannot be changed. */
  copy?: CopiedColumns
  /** `$2` is the new hash. Returns a boolean: false when the account is gone. `updateOne` writes the usual one. */
  setPassword: FunctionBody
  /** Returns the number of ended sessions, an integer. `deleteCounted` writes the usual one. */
  endSessions: FunctionBody
  /** Indexes that Latchkey needs besides those on email and username: expressions over one table. */
  indexes?: { table: Table; expression: string }[]
  /** Settings besides ACCOUNTS. */
  environment: { PASSWORD_HASH: PasswordHash; SIGN_IN_URL: string; PASSWORD_PEPPER?: string }
}

/**
 * A framework whose users table `npm run adopt` can connect. docs/architecture.md says how to add one. The command finds
 * the users table by its name, else by its columns, and calls `plan`. A plan contains no values of people's rows.
 */
export interface Framework {
  /** The argument of the command, and the name of its guide in `docs/adopt/`. */
  name: string
  /** The name in texts. */
  title: string
  /** Names of the users table, `table` or `schema.table`, the most usual first. */
  usersTables: string[]
  /** Columns by which a users table of another name is recognised. Every one of them must exist. */
  recognisedBy: string[]
  /**
   * Plans the directory over this users table.
   * @throws CliError when a column is missing that Latchkey cannot work without
   */
  plan(live: LiveSchema, users: Table): Promise<Plan>
}
