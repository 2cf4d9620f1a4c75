import { sql } from '@/server/db/sql'
import { isUnexpired, isUnexpiredCode } from '@/server/recovery/live-secret'

/** SQL about rows `t` of `password_reset_tokens`, for an operator who ends their links, codes and grants. */

/** A condition: the link, the code or the grant of the row works, pauses and changes of the account aside. */
export const hasUnexpired = (now: Date) =>
  sql`(${isUnexpired('link', now)} or ${isUnexpired('grant', now)} or ${isUnexpiredCode(now)})`

/**
 * Assignments that let everything of the row expire. The new times are those of the row itself: a server with
 * a slow clock would take secrets that end now for live ones.
 */
export const expireAll = sql.raw(`expires_at = t.created_at + interval '1 microsecond',
  code_expires_at = case when t.code_expires_at is not null then t.created_at end,
  grant_expires_at = case when t.grant_expires_at is not null then t.created_at end`)
