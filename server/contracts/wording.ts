import type { RecoveryErrorCode, RecoveryErrorDetails } from '@/server/core/errors'

type Wording = (details: RecoveryErrorDetails) => string

/** The wait in its largest whole unit: "45 seconds", "15 minutes", "1 hour". */
function waitOf({ retryAfterSeconds = 1 }: RecoveryErrorDetails): string {
  const minutes = Math.ceil(retryAfterSeconds / 60)
  const [number, unit] =
    retryAfterSeconds < 60
      ? [retryAfterSeconds, 'second']
      : minutes % 60 === 0
        ? [minutes / 60, 'hour']
        : [minutes, 'minute']
  return `${number} ${unit}${number === 1 ? '' : 's'}`
}

/**
 * The sentences for refusals that the contracts document without words of their own. They are separate from
 * the page texts: rewording a page changes no contract.
 */
export const WORDING = {
  'too-many-requests': (details) => `Too many attempts. Try again in ${waitOf(details)}.`,
  'recovery-paused': () => 'Account recovery is paused. Try again later.',
  'codes-paused': () => 'Codes are paused. Use the link in the email.',
  'links-paused': () => 'Links are paused. Use the code in the email, or try again later.',
  busy: (details) => `The service is busy. Try again in ${waitOf(details)}.`,
  'password-too-short': ({ limit }) => `This password is too short. Use at least ${limit} characters.`,
  'password-too-long': ({ limit }) => `This password is too long. Use at most ${limit} characters.`,
  'password-too-many-bytes': ({ limit }) =>
    `This password is too long. Use at most ${limit} bytes of UTF-8: 1 for an English letter or a digit, 2 to 4 for others.`,
  'password-unusable-character': () => 'This password contains a NUL character. Choose another one.',
  'password-too-common': () => 'This password is too common. Choose another one.',
  'password-too-simple': () => 'This password repeats or follows a pattern. Choose another one.',
  'password-breached': () => 'This password was exposed in a data breach. Choose another one.',
  'password-personal': () =>
    'This password contains a name, an email address or the name of this service. Choose another one.',
} as const satisfies Partial<Record<RecoveryErrorCode, Wording>>
