import type { RecoveryErrorCode, RecoveryErrorDetails } from '@/server/core/errors'
import { WORDING } from './wording'

/** What a contract answers; `body` is written as JSON with its keys in their order, none for a redirect. */
export interface Answer {
  status: number
  body?: object
  headers?: Headers
}

export const ok = (body: object): Answer => ({ status: 200, body })

/** A contract's own shape of an error. */
export type Fault = (status: number, message: string) => Answer

/** What a contract says for each refusal of the core; null for what no verb it calls can throw. */
export type ErrorTable = Record<RecoveryErrorCode, Answer | ((details: RecoveryErrorDetails) => Answer) | null>

type Entries<Code extends RecoveryErrorCode> = Record<Code, (details: RecoveryErrorDetails) => Answer>

/** Entries in the words of `wording.ts`. */
function inWords<Code extends keyof typeof WORDING>(codes: readonly Code[], present: (words: string) => Answer) {
  const entry = (code: Code) => (details: RecoveryErrorDetails) => present(WORDING[code](details))
  return Object.fromEntries(codes.map((code) => [code, entry(code)])) as Entries<Code>
}

/** Entries for a limit that is reached and for a server that has too much to do. */
export const limitErrors = (fault: Fault) => ({
  ...inWords(['too-many-requests'] as const, (words) => fault(429, words)),
  ...inWords(['busy'] as const, (words) => fault(503, words)),
})

/** Entries for a new password that will not do; each contract puts the words in a place of its own. */
export const passwordErrors = (present: (words: string) => Answer) =>
  inWords(
    ['password-too-short', 'password-too-long', 'password-too-common', 'password-too-simple', 'password-personal'],
    present,
  )

/** Entries for codes that cannot come up. */
export const never = <Code extends RecoveryErrorCode>(...codes: Code[]) =>
  Object.fromEntries(codes.map((code) => [code, null])) as Record<Code, null>
