import type { Identifier } from '@/server/core/schemas'
import { type Database, runStatement } from '@/server/db/client'
import { type SQL, sql } from '@/server/db/sql'
import { isActive } from './account-state'

/** An account of the directory. Texts that the application lacks are empty. */
export interface FoundAccount {
  /** The text form of its id. */
  id: string
  email: string
  username: string
  fullName: string
  /** A URL or a path of this app. */
  picture: string | null
}

/** Several accounts may have one email address. At most this many of them take part in a recovery, always the same ones. */
const ACCOUNTS_PER_ADDRESS = 5

/** Conditions on a row `a` of `latchkey.accounts`. `npm run doctor` checks that an index answers each. */
const hasEmail = (email: SQL) => sql`lower(a.email::text collate "C") = ${email}`
const hasUsername = (username: SQL) => sql`lower(a.username::text collate "C") = ${username}`

/** A condition on a row `a` of `latchkey.accounts`: it is the account with this id. */
export const hasId = (id: SQL): SQL => sql`a.id = latchkey.account_id(${id}::text)`

/** A condition on a row `a` of `latchkey.accounts`: an active account with this email address or username. */
export const isAccountOf = (identifier: Identifier): SQL =>
  sql`${(identifier.includes('@') ? hasEmail : hasUsername)(sql`${identifier}`)} and ${isActive}`

/**
 * The order of accounts `a` that share an address. Shorter ids come first: numbers that were given out earlier, so
 * that new accounts cannot crowd out an older one.
 */
export const accountOrder = sql.raw('length(a.id::text), a.id::text')

/**
 * Ends a query of rows `a` of `latchkey.accounts`: the first few accounts, in an order that no index has. Without an
 * order, PostgreSQL may expect to find a few rows sooner by scanning all accounts than by an index.
 */
const firstAccounts = (count: number): SQL => sql`order by ${accountOrder} limit ${sql.raw(String(count))}`

/** A query of the rows of `latchkey.accounts` with this email address or username that take part in a recovery. */
export const accountsOf = (identifier: Identifier): SQL =>
  sql`select * from latchkey.accounts a where ${isAccountOf(identifier)} ${firstAccounts(ACCOUNTS_PER_ADDRESS)}`

/** A query of the first of these rows, where one account is asked for. */
export const firstAccountOf = (identifier: Identifier): SQL =>
  sql`select * from latchkey.accounts a where ${isAccountOf(identifier)} ${firstAccounts(1)}`

/**
 * The active accounts that a row of a statement names, by one of three columns. Made for a lateral join: the limit
 * keeps PostgreSQL from merging it with the statement, and so from scanning all accounts for a plan it keeps.
 */
export const accountsNamedBy = (row: { id: SQL; email: SQL; username: SQL }): SQL => {
  const ways = [hasId(row.id), hasEmail(row.email), hasUsername(row.username)]
  const queries = ways.map((way) => sql`select * from latchkey.accounts a where ${way} and ${isActive}`)
  return sql`(select * from (${sql.join(queries, ' union all ')}) a ${firstAccounts(ACCOUNTS_PER_ADDRESS)})`
}

/** Finds the active account with an email address or username, or null; the first of several. One statement. */
export async function findAccount(ctx: { db: Database }, identifier: Identifier): Promise<FoundAccount | null> {
  const [account] = await runStatement<FoundAccount>(
    ctx.db,
    sql`select a.id::text as id, a.email, coalesce(a.username, '') as username,
      coalesce(a.full_name, '') as "fullName", a.picture
    from (${firstAccountOf(identifier)}) a`,
  )
  return account ?? null
}
