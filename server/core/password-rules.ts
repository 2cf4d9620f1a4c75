/**
 * The rules for a new password that need no list and no library. Pages tick them while the password is typed;
 * `password-policy.ts` applies them on the server. Passwords are in NFC.
 */

/** The owner of a password. Empty texts are ignored. */
export interface PasswordOwner {
  email: string
  username: string
  fullName: string
}

/** Refused under any brand: people who know the software would guess it. */
export const SOFTWARE_NAME = 'Latchkey'
/** Names shorter than this may occur in a password: "al" is part of too many words. */
const SHORTEST_NAME = 3

/** True when a password has fewer than `minLength` code points. */
export const isTooShort = (password: string, minLength: number): boolean => [...password].length < minLength

/** True for one repeated character, a repeated pattern, or a sequence such as 12345678 or hgfedcba. */
export function isSimple(password: string): boolean {
  const points = [...password.toLowerCase()]
  for (let period = 1; period <= points.length / 2; period++) {
    if (points.every((point, at) => point === points[at % period])) return true
  }
  const steps = new Set(
    points.slice(1).map((point, at) => (point.codePointAt(0) ?? 0) - (points[at]?.codePointAt(0) ?? 0)),
  )
  return steps.size === 1 && (steps.has(1) || steps.has(-1))
}

const lettersAndDigits = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')

const wholeAndParts = (name: string) => [name, ...name.split(/\s+/)]

const wordsOf = ({ username, email, fullName }: PasswordOwner, brandName = '') =>
  [username, email, email.split('@')[0] ?? '', SOFTWARE_NAME, ...[fullName, brandName].flatMap(wholeAndParts)]
    .map(lettersAndDigits)
    .filter((word) => word.length >= SHORTEST_NAME)

/** True for names and digits with at most three more letters. A longer password may contain a name. */
export function isPersonal(password: string, owner: PasswordOwner, brandName: string | undefined): boolean {
  const plain = lettersAndDigits(password)
  const names = wordsOf(owner, brandName).sort((a, b) => b.length - a.length)
  const rest = names.reduce((text, name) => text.replaceAll(name, ''), plain)
  return rest.length < plain.length && rest.replace(/\d/g, '').length < 4
}
