import { dictionary } from '@zxcvbn-ts/language-common'
import type { RecoveryContext, RecoveryPolicy } from '@/server/core/context'
import { RecoveryError } from '@/server/core/errors'
import { isPersonal, isSimple, isTooShort, type PasswordOwner } from '@/server/core/password-rules'
import { MAX_PASSWORD_LENGTH } from '@/server/core/typed-input'
import { formatRefusal, type HashPolicy, maxCharacters } from './password-hash'

/**
 * The rules for a new password (NIST SP 800-63B-4 §3.1.1.2, ASVS 6.2): a length and a blocklist, and no rules about
 * kinds of characters. They are checked before a secret is spent, so a refused password spends nothing.
 */

export type { PasswordOwner }

/** The requirements for new passwords: a length in code points, the limits of the hash format, and no name of the product. */
export type PasswordPolicy = Pick<RecoveryPolicy, 'passwordMinLength' | 'brandName'> & HashPolicy

/** The policy when nothing is configured. */
export const DEFAULT_PASSWORD_POLICY: PasswordPolicy = { passwordMinLength: 8, passwordHash: 'argon2id' }

/** About 49,000 passwords, more than the 10,000 most common ones that ASVS 6.2.4 asks for. */
const COMMON_PASSWORDS: ReadonlySet<string> = new Set(dictionary['passwords-common'])

/** The greatest length of a password in ASCII. Other characters take more bytes and may reach the limit earlier. */
export const maxPasswordLength = (policy: HashPolicy): number => Math.min(MAX_PASSWORD_LENGTH, maxCharacters(policy))

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
