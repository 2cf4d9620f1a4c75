import { dictionary } from '@zxcvbn-ts/language-common'
import type { RecoveryContext, RecoveryPolicy } from '@/server/core/context'
import { RecoveryError } from '@/server/core/errors'
import { MAX_PASSWORD_LENGTH } from '@/server/core/typed-input'
import { formatRefusal, type HashPolicy } from './password-hash'

/**
 * The rules for a new password (NIST SP 800-63B-4 §3.1.1.2, ASVS 6.2): a length and a blocklist, and no rules about
 * kinds of characters. They are checked before a secret is spent, so a refused password spends nothing.
 */

export interface PasswordOwner {
  email: string
  username: string
  fullName: string
}

/** What new passwords must fulfil: a length in code points, the limits of the hash format, and no name of the product. */
export type PasswordPolicy = Pick<RecoveryPolicy, 'passwordMinLength' | 'brandName'> & HashPolicy

/** The policy when nothing is configured. */
export const DEFAULT_PASSWORD_POLICY: PasswordPolicy = { passwordMinLength: 8, passwordHash: 'argon2id' }

/** Refused under any brand: people who know the software would guess it. */
const SOFTWARE_NAME = 'Latchkey'
/** Shorter names are not looked for in a password: "al" is part of too many words. */
const SHORTEST_NAME = 3

/** About 49,000 passwords, more than the 10,000 most common ones that ASVS 6.2.4 asks for. */
const COMMON_PASSWORDS: ReadonlySet<string> = new Set(dictionary['passwords-common'])

const lettersAndDigits = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')

/** True for one repeated character, a repeated pattern, or a sequence such as 12345678 or hgfedcba. */
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

const wholeAndParts = (name: string) => [name, ...name.split(/\s+/)]

const wordsOf = ({ username, email, fullName }: PasswordOwner, brandName = '') =>
  [username, email, email.split('@')[0] ?? '', SOFTWARE_NAME, ...[fullName, brandName].flatMap(wholeAndParts)]
    .map(lettersAndDigits)
    .filter((word) => word.length >= SHORTEST_NAME)

/** True for names and digits with at most three more letters. A longer password may contain a name. */
function isPersonal(password: string, owner: PasswordOwner, brandName: string | undefined): boolean {
  const plain = lettersAndDigits(password)
  const names = wordsOf(owner, brandName).sort((a, b) => b.length - a.length)
  const rest = names.reduce((text, name) => text.replaceAll(name, ''), plain)
  return rest.length < plain.length && rest.replace(/\d/g, '').length < 4
}

/** True when a password in NFC has fewer than `minLength` code points. */
export const isTooShort = (password: string, minLength: number): boolean => [...password].length < minLength

/**
 * Refuses a new password that is easy to guess or, where it is looked up, known from a data breach. Every path to a new
 * password calls this. The rules come first, so a password that they refuse is not looked up.
 * @param password in NFC
 * @throws RecoveryError as `checkNewPassword`, and `password-breached`
 */
export async function acceptNewPassword(
  ctx: { policy: PasswordPolicy; isBreached?: RecoveryContext['isBreached'] },
  password: string,
  owner: PasswordOwner,
): Promise<void> {
  checkNewPassword(password, owner, ctx.policy)
  if (await ctx.isBreached?.(password)) throw new RecoveryError('password-breached')
}

/**
 * Refuses a password that is easy to guess.
 * @param password in NFC
 * @throws RecoveryError `password-too-short`, `password-too-long`, `password-too-many-bytes`,
 *   `password-unusable-character`, `password-too-simple`, `password-personal`, `password-too-common`
 */
export function checkNewPassword(password: string, owner: PasswordOwner, policy: PasswordPolicy): void {
  const minLength = policy.passwordMinLength
  if (isTooShort(password, minLength)) throw new RecoveryError('password-too-short', { limit: minLength })
  if ([...password].length > MAX_PASSWORD_LENGTH)
    throw new RecoveryError('password-too-long', { limit: MAX_PASSWORD_LENGTH })
  const refusal = formatRefusal(policy, password)
  if (refusal) throw refusal
  if (isSimple(password)) throw new RecoveryError('password-too-simple')
  if (isPersonal(password, owner, policy.brandName)) throw new RecoveryError('password-personal')
  if (COMMON_PASSWORDS.has(password.toLowerCase())) throw new RecoveryError('password-too-common')
}
