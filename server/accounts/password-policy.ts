import { dictionary } from '@zxcvbn-ts/language-common'
import { RecoveryError } from '@/server/core/errors'
import { MAX_PASSWORD_LENGTH } from '@/server/core/schemas'

/**
 * What a new password may be (NIST SP 800-63B-4 §3.1.1.2, ASVS 6.2): length and a blocklist,
 * no composition rules. Checked before a secret is spent, so a refused password burns nothing.
 */

export interface PasswordOwner {
  email: string
  username: string
  fullName: string
}

const PRODUCT_NAME = 'latchkey'
/** The shortest name worth looking for in a password: "Al" is in half of all of them. */
const SHORTEST_NAME = 3

/** About 49,000 passwords in the order of their use; a superset of the 10,000 that ASVS 6.2.4 asks for. */
const COMMON_PASSWORDS: ReadonlySet<string> = new Set(dictionary['passwords-common'])

const lettersAndDigits = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')

/** One character over and over, a short pattern repeated, or a run such as 12345678 or hgfedcba. */
function isSimple(password: string): boolean {
  const points = [...password.toLowerCase()]
  for (let period = 1; period <= points.length / 2; period++) {
    if (points.every((point, at) => point === points[at % period])) return true
  }
  const steps = new Set(
    points.slice(1).map((point, at) => (point.codePointAt(0) ?? 0) - (points[at]?.codePointAt(0) ?? 0)),
  )
  return steps.size === 1 && (steps.has(1) || steps.has(-1))
}

const wordsOf = (owner: PasswordOwner) =>
  [owner.username, owner.email, owner.email.split('@')[0] ?? '', owner.fullName, ...owner.fullName.split(/\s+/)]
    .map(lettersAndDigits)
    .filter((word) => word.length >= SHORTEST_NAME)

/** Nothing but names, digits and at most three letters more; a name inside a sentence is no harm. */
function isPersonal(password: string, owner: PasswordOwner): boolean {
  const plain = lettersAndDigits(password)
  const names = [...wordsOf(owner), PRODUCT_NAME].sort((a, b) => b.length - a.length)
  const rest = names.reduce((text, name) => text.replaceAll(name, ''), plain)
  return rest.length < plain.length && rest.replace(/\d/g, '').length < 4
}

/** Shorter than `minLength` code points? `password` is in NFC already. */
export const isTooShort = (password: string, minLength: number): boolean => [...password].length < minLength

/**
 * Refuses a password that somebody would guess; `password` is in NFC already.
 * @throws RecoveryError `password-too-short`, `password-too-long`, `password-too-simple`,
 *   `password-personal`, `password-too-common`.
 */
export function checkNewPassword(password: string, owner: PasswordOwner, minLength: number): void {
  if (isTooShort(password, minLength)) throw new RecoveryError('password-too-short', { limit: minLength })
  if ([...password].length > MAX_PASSWORD_LENGTH)
    throw new RecoveryError('password-too-long', { limit: MAX_PASSWORD_LENGTH })
  if (isSimple(password)) throw new RecoveryError('password-too-simple')

  if (isPersonal(password, owner)) throw new RecoveryError('password-personal')
  if (COMMON_PASSWORDS.has(password.toLowerCase())) throw new RecoveryError('password-too-common')
}
