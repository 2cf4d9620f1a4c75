import * as native from '@node-rs/bcrypt'
import type { NewPasswordFormat, Verify } from './format'

/** The default of Devise, Laravel and Django. OWASP asks for 10 or more. */
const COST = 12
/** The cost is a power of two: 15 takes eight times as long as 12, a few seconds. */
const MAX_COST = 15

/** What follows the 72nd byte of a password makes no difference. */
export const BCRYPT_MAX_BYTES = 72

/** The salt's last character holds two bits. Libraries refuse one that has more. */
const SHAPE = /^\$2[aby]\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{31}$/

/** The cost of a well-formed hash, as the exponent that it is stored as; otherwise null. */
const costOf = (stored: string): number | null => {
  const cost = SHAPE.exec(stored)?.[1]
  return cost === undefined ? null : Number(cost)
}

/** Reads a hash. Only the first 72 bytes are compared, as in the applications that made it. */
export function readBcrypt(stored: string): Verify | null {
  const cost = costOf(stored)
  return cost !== null && cost <= MAX_COST ? (password) => native.verify(password, stored) : null
}

/**
 * bcrypt with an optional pepper after the password, as Devise has it. bcrypt ignores what follows the 72nd byte, so
 * a long pepper is cut (Devise's generator makes 128 characters), but never the password.
 */
export const bcrypt: NewPasswordFormat = {
  name: 'bcrypt',
  prefix: /^\$2[aby]\$/,
  read: (stored, pepper) => {
    const verify = readBcrypt(stored)
    return verify && ((password) => verify(password + pepper))
  },
  // `$2a$` is the only prefix that pgcrypto and the libraries for Ruby, PHP, Python, Go and Node.js all verify. For UTF-8
  // text without NUL, `$2a$`, `$2b$` and `$2y$` name the same algorithm.
  hash: async (password, pepper) => `$2a$${(await native.hash(password + pepper, COST)).slice(4)}`,
  isCurrent: (stored) => (costOf(stored) ?? 0) >= COST,
  maxBytes: BCRYPT_MAX_BYTES,
  refusesNul: true,
}
