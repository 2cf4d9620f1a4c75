import { sql } from 'drizzle-orm'
import type { Identifier } from '@/server/core/schemas'
import { type Database, runStatement } from '@/server/db/client'

export interface FoundAccount {
  id: string
  email: string
  username: string
  fullName: string
  picture: string | null
  passwordHash: string | null
}

/** The condition that finds a row of `users` by what was typed; each arm has an index of its own. */
export const matchesIdentifier = (identifier: Identifier) =>
  identifier.includes('@')
    ? sql`lower(email collate "C") = ${identifier}`
    : sql`lower(username collate "C") = ${identifier}`

/** The active account behind an email address or username, or null. One statement. */
export async function findAccount(ctx: { db: Database }, identifier: Identifier): Promise<FoundAccount | null> {
  const [account] = await runStatement<FoundAccount>(
    ctx.db,
    sql`select id, email, username, full_name as "fullName", picture, password_hash as "passwordHash"
    from users where ${matchesIdentifier(identifier)} and deactivated_at is null`,
  )
  return account ?? null
}
