import { randomBytes } from 'node:crypto'
import { type HashPolicy, hashPassword } from './password-hash'

const hashes = new Map<string, Promise<string>>()

/**
 * A hash in the configured format that no known password matches, for an account whose password is disabled. It is made
 * once per process, so that disabling passwords costs no hash. Its password is random and forgotten at once.
 * @throws RecoveryError `busy` when 500 passwords are already waiting
 */
export function unusableHash(policy: HashPolicy): Promise<string> {
  const known = hashes.get(policy.passwordHash)
  if (known) return known
  const made = hashPassword(policy, randomBytes(32).toString('base64url'))
  hashes.set(policy.passwordHash, made)
  made.catch(() => hashes.delete(policy.passwordHash))
  return made
}
