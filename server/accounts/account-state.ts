import { sql } from '@/server/db/sql'

/**
 * SQL about a row `a` of `latchkey.accounts`, the view of the account directory. Columns that an application lacks
 * are null there.
 */

/** A condition: the account is in use, and has an email address. */
export const isActive = sql.raw(`a.active is not false and a.email::text like '%_@_%'`)

/**
 * A digest of an account's address, password and activation. An emailed secret works only while this digest is what
 * it was when the email was written (CVE-2026-52809).
 */
export const accountState = sql.raw(
  `sha256(convert_to(concat_ws(E'\\x1f', a.email::text, coalesce(a.password_hash::text, ''),
    case when a.active is not false then '' else 'inactive' end), 'UTF8'))`,
)
