/**
 * The rules for what people type. They need no library, so pages check them before they send a form.
 * `schemas.ts` applies the same rules on the server.
 */

/** Why an input is rejected before anything is looked up. */
export type InputErrorCode =
  | 'identifier-missing'
  | 'identifier-malformed'
  | 'password-missing'
  | 'confirmation-missing'
  | 'passwords-differ'
  | 'code-missing'
  | 'code-not-numeric'

export const MAX_EMAIL_LENGTH = 254 // RFC 5321 §4.5.3.1.3, without the angle brackets
export const MAX_LOCAL_PART_LENGTH = 64 // RFC 5321 §4.5.3.1.1
export const MAX_USERNAME_LENGTH = 150
export const MAX_PASSWORD_LENGTH = 128 // in code points; SP 800-63B-4 §3.1.1.2 requires at least 64
/** In UTF-16 units, checked before normalizing. NFC text is at least a quarter as long as its decomposed form. */
export const MAX_TYPED_PASSWORD_LENGTH = 4 * MAX_PASSWORD_LENGTH
export const CODE_LENGTH = 6
export const MAX_TYPED_CODE_LENGTH = 64

/** A single plain address: ASCII only, without display name, quotes, comments or a second address. */
export const EMAIL =
  /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])$/
export const USERNAME = /^[\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}._+-]*)$/u

/** Shown for an account that has no picture, or one that cannot be loaded. */
export const DEFAULT_PICTURE = '/avatar.svg'

/** Lowercases ASCII letters only: Unicode case folding makes some look-alike characters equal (CVE-2019-19844). */
export const foldCase = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())

/** A username in the form that is looked up. */
export const foldUsername = (username: string) => foldCase(foldCase(username).normalize('NFC'))

/**
 * Writes the digits of Arabic (U+0660), Persian and Urdu (U+06F0) and full-width East Asian (U+FF10) keyboards as ASCII
 * digits. Each stays one UTF-16 unit. Digits of other scripts are left alone.
 */
export const asciiDigits = (text: string): string =>
  text.replace(/[\u0660-\u0669\u06f0-\u06f9\uff10-\uff19]/g, (digit) => String(digit.charCodeAt(0) & 0xf))

/** The spaces and dashes of any kind that emails and people put into a code, and the direction marks of Arabic text. */
const SEPARATORS = /[\s\u00ad\u2010-\u2015\u2212\uff0d\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069-]/g

/** A typed or pasted code in ASCII digits, without separators. */
export const plainCode = (typed: string): string => asciiDigits(typed).replace(SEPARATORS, '')

/** Why the text is no email address or username, or null. */
export function identifierError(typed: string): 'identifier-missing' | 'identifier-malformed' | null {
  const text = typed.trim()
  if (text === '') return 'identifier-missing'
  return (text.includes('@') ? isEmail(text) : isUsername(text)) ? null : 'identifier-malformed'
}

const isEmail = (text: string) =>
  text.length <= MAX_EMAIL_LENGTH && EMAIL.test(text) && text.indexOf('@') <= MAX_LOCAL_PART_LENGTH

const isUsername = (text: string) => text.length <= MAX_USERNAME_LENGTH && USERNAME.test(foldUsername(text))

/** Why the text cannot be anyone's current password, or null. */
export function currentPasswordError(typed: string): 'password-missing' | 'password-too-long' | null {
  if (typed === '') return 'password-missing'
  return typed.length > MAX_TYPED_PASSWORD_LENGTH ? 'password-too-long' : null
}

/** Why the text cannot be hashed as a new password, or null. The password policy is checked on the server. */
export function newPasswordError(typed: string): 'password-missing' | 'password-too-long' | null {
  const length = [...typed.normalize('NFC')].length
  if (length === 0) return 'password-missing'
  return typed.length > MAX_TYPED_PASSWORD_LENGTH || length > MAX_PASSWORD_LENGTH ? 'password-too-long' : null
}

/** Why the second entry of a new password is refused, or null. */
export function confirmationError(password: string, typed: string): 'confirmation-missing' | 'passwords-differ' | null {
  if (typed === '') return 'confirmation-missing'
  return typed.normalize('NFC') === password.normalize('NFC') ? null : 'passwords-differ'
}

/** Why the text cannot be a code, or null. A code of another length cannot be right and need not use up a try. */
export function codeError(typed: string): 'code-missing' | 'code-not-numeric' | null {
  const code = plainCode(typed)
  if (code === '') return 'code-missing'
  return typed.length <= MAX_TYPED_CODE_LENGTH && code.length === CODE_LENGTH && /^[0-9]+$/.test(code)
    ? null
    : 'code-not-numeric'
}
