import { sql } from 'drizzle-orm'

/** A condition on a row `u` of `users`: the account is in use. */
export const isActive = sql.raw('u.deactivated_at is null')

/**
 * A digest of an account's address, password and activation, from a row `u` of `users`. An emailed secret works
 * only while this digest is what it was when the email was written (CVE-2026-52809).
 */
export const accountState = sql.raw(
  `sha256(convert_to(concat_ws(E'\\x1f', u.email, coalesce(u.password_hash, ''), coalesce(u.deactivated_at::text, '')), 'UTF8'))`,
)
