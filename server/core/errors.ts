/** Every way the core can refuse. Each transport maps all of them, exhaustively. */
export type RecoveryErrorCode =
  | 'account-unknown' // only told under `reveal`
  | 'too-many-requests'
  | 'asked-too-soon' // only told where an interface documents it
  | 'link-unknown'
  | 'link-expired'
  | 'link-used'
  | 'link-superseded'
  | 'flow-missing' // a code without word of whose it is
  | 'code-wrong' // also expired, superseded and spent codes, and codes of nobody
  | 'code-blocked'
  | 'grant-unknown' // also spent and superseded
  | 'grant-expired'
  | 'password-too-short'
  | 'password-too-long'
  | 'password-too-common'
  | 'password-too-simple'
  | 'password-personal'
  | 'sign-in-failed'
  | 'not-signed-in'
  | 'busy'

export interface RecoveryErrorDetails {
  /** Whole seconds to wait, for `too-many-requests`, `busy`, `code-blocked` and the wrong code that blocks. */
  retryAfterSeconds?: number
  /** For `code-wrong`: how many more codes will be compared before a block. */
  triesLeft?: number
  /** Code points, for `password-too-short` and `password-too-long`. */
  limit?: number
}

/** The one exception the core throws on purpose. Its message is for logs, never for strangers. */
export class RecoveryError extends Error {
  readonly code: RecoveryErrorCode
  readonly details: RecoveryErrorDetails

  constructor(code: RecoveryErrorCode, details: RecoveryErrorDetails = {}) {
    super(code)
    this.name = 'RecoveryError'
    this.code = code
    this.details = details
  }
}

/** The codes for a link or a grant that no longer opens anything. */
export const DEAD_SECRET_CODES = [
  'link-unknown',
  'link-expired',
  'link-used',
  'link-superseded',
  'grant-unknown',
  'grant-expired',
] as const satisfies readonly RecoveryErrorCode[]

export type DeadSecretCode = (typeof DEAD_SECRET_CODES)[number]

/** Narrows a code, or null for one that says something else. */
export const asDeadSecretCode = (code: string | null): DeadSecretCode | null =>
  DEAD_SECRET_CODES.find((dead) => dead === code) ?? null
