import { sql } from 'drizzle-orm'
import { instantParam } from '@/server/db/client'

/**
 * SQL about rows `t` of `password_reset_tokens`, for an operator who ends their links, codes and grants.
 */

/** A condition: the link, the code or the grant of the row works, pauses and changes of the account aside. */
export const isUnexpired = (now: Date) => {
  const at = instantParam(now)
  return sql`t.used_at is null and (t.superseded_at is null or t.kept_until > ${at})
    and (t.expires_at > ${at} or (t.code_expires_at > ${at} and t.code_used_at is null) or t.grant_expires_at > ${at})`
}

/**
 * Assignments that let everything of the row expire. The new times are those of the row itself: a server whose clock is
 * slow would take secrets that end now for live ones.
 */
export const expireAll = sql.raw(`expires_at = t.created_at + interval '1 microsecond',
  code_expires_at = case when t.code_expires_at is not null then t.created_at end,
  grant_expires_at = case when t.grant_expires_at is not null then t.created_at end`)
