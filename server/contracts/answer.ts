import { DEAD_LINK_CODES, type RecoveryErrorCode, type RecoveryErrorDetails } from '@/server/core/errors'
import { WORDING } from './wording'

/** An answer of a contract. `body` is sent as JSON with its keys in this order; a redirect has none. */
export interface Answer {
  status: number
  body?: object
  headers?: Headers
}

export const ok = (body: object): Answer => ({ status: 200, body })

/** Puts an error message into a contract's own error shape. */
export type Fault = (status: number, message: string) => Answer

/** A contract's answer to each error of the core; null for errors that the verbs it calls cannot throw. */
export type ErrorTable = Record<RecoveryErrorCode, Answer | ((details: RecoveryErrorDetails) => Answer) | null>

const entries = <Code extends RecoveryErrorCode, Entry>(codes: readonly Code[], entryOf: (code: Code) => Entry) =>
  Object.fromEntries(codes.map((code) => [code, entryOf(code)])) as Record<Code, Entry>

/** Entries whose message is a sentence of `wording.ts`. */
const worded = <Code extends keyof typeof WORDING>(codes: readonly Code[], present: (message: string) => Answer) =>
  entries(codes, (code) => (details: RecoveryErrorDetails) => present(WORDING[code](details)))

/** Entries for a reached limit (429), and for a busy server and a paused recovery (503). */
export const limitErrors = (fault: Fault) => ({
  ...worded(['too-many-requests'] as const, (message) => fault(429, message)),
  ...worded(['busy', 'recovery-paused', 'codes-paused', 'links-paused'] as const, (message) => fault(503, message)),
})

const PASSWORD_CODES = [
  'password-too-short',
  'password-too-long',
  'password-too-many-bytes',
  'password-unusable-character',
  'password-too-common',
  'password-too-simple',
  'password-personal',
  'password-breached',
] as const

/** Entries for a new password that breaks a rule. Each contract has its own place for the message. */
export const passwordErrors = (present: (message: string) => Answer) => worded(PASSWORD_CODES, present)

/** Entries for a link that does not work, all with the same answer. */
export const deadLinkErrors = (answer: Answer) => entries([...DEAD_LINK_CODES, 'account-frozen'] as const, () => answer)

/** Entries for errors that the verbs of a contract cannot throw. */
export const never = <Code extends RecoveryErrorCode>(...codes: Code[]) => entries(codes, () => null)

/** Entries for a contract that takes no new password. */
export const noPasswordErrors = never(...PASSWORD_CODES)

/** Entries for a contract that takes no code and no grant. */
export const noCodeErrors = never(
  'flow-missing',
  'code-wrong',
  'code-blocked',
  'codes-off',
  'grant-unknown',
  'grant-expired',
)
