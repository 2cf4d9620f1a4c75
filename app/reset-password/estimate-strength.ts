import { ZxcvbnFactory } from '@zxcvbn-ts/core'
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common'

/** Imported only once a password is being typed, because the list of passwords is larger than the page. */

export type Strength = 'common' | 'veryWeak' | 'weak' | 'fair' | 'good' | 'strong'

const LEVELS: readonly Strength[] = ['veryWeak', 'weak', 'fair', 'good', 'strong']

/** The list of the passwords that the server refuses as too common. */
const COMMON_PASSWORDS: ReadonlySet<string> = new Set(dictionary['passwords-common'])

// With the library's own limits, an estimate of a long password with many digits and signs takes a second.
const estimator = new ZxcvbnFactory({
  dictionary: { passwords: dictionary['passwords-common'], diceware: dictionary['diceware-common'] },
  graphs: adjacencyGraphs,
  maxLength: 40,
  l33tMaxSubstitutions: 8,
})

/**
 * Estimates how hard a password is to guess. An estimate only: the server's rules decide.
 * @param password in NFC; characters after the 40th are ignored
 * @param names words that an attacker would try first
 */
export function estimateStrength(password: string, names: readonly string[]): Strength {
  if (COMMON_PASSWORDS.has(password.toLowerCase())) return 'common'
  return LEVELS[estimator.check(password, [...names]).score] ?? 'veryWeak'
}
