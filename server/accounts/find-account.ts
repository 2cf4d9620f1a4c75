import { type SQL, sql } from 'drizzle-orm'
import type { Identifier } from '@/server/core/schemas'
import { type Database, runStatement } from '@/server/db/client'
import { isActive } from './account-state'

export interface FoundAccount {
  id: string
  email: string
  username: string
  fullName: string
  /** A URL or a path of this app. */
  picture: string | null
  passwordHash: string | null
}

/** Conditions on a row `u` of `users`. Each has a unique index that answers it. */
const hasEmail = (email: SQL) => sql`lower(u.email collate "C") = ${email}`
const hasUsername = (username: SQL) => sql`lower(u.username collate "C") = ${username}`

/** A condition on a row `u` of `users`: the active account with this email address or username. */
export const isAccountOf = (identifier: Identifier): SQL =>
  sql`${(identifier.includes('@') ? hasEmail : hasUsername)(sql`${identifier}`)} and ${isActive}`

/**
 * The id of the account with an identifier that is a column of the statement, or null. The account may be
 * inactive. Subqueries, because a join could make PostgreSQL scan all of `users` for a plan it keeps.
 */
export const accountIdOf = (identifier: SQL): SQL => sql`case when position('@' in ${identifier}) > 0
    then (select u.id from users u where ${hasEmail(identifier)})
    else (select u.id from users u where ${hasUsername(identifier)}) end`

/** Finds the active account with an email address or username, or null. One statement. */
export async function findAccount(ctx: { db: Database }, identifier: Identifier): Promise<FoundAccount | null> {
  const [account] = await runStatement<FoundAccount>(
    ctx.db,
    sql`select u.id, u.email, u.username, u.full_name as "fullName", u.picture, u.password_hash as "passwordHash"
    from users u where ${isAccountOf(identifier)}`,
  )
  return account ?? null
}
