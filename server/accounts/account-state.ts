import { sql } from 'drizzle-orm'

/**
 * A digest of what an account was when a link was mailed: its address, password and activation, of the
 * row of `users` that the statement calls `u`. A link is good only while the account still is that
 * (CVE-2026-52809).
 */
export const accountState = sql.raw(
  `sha256(convert_to(concat_ws(E'\\x1f', u.email, coalesce(u.password_hash, ''), coalesce(u.deactivated_at::text, '')), 'UTF8'))`,
)
