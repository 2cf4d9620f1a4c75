/** Every reason for which the core refuses a call. Each transport maps all of them exhaustively. */
export type RecoveryErrorCode =
  | 'account-unknown' // under `conceal`, only trusted back ends receive it
  | 'too-many-requests'
  | 'asked-too-soon' // within the cooldown; only for interfaces that document this answer
  | 'link-unknown'
  | 'link-expired'
  | 'link-used'
  | 'link-superseded'
  | 'flow-missing' // the request names no account that the code could belong to
  | 'code-wrong' // also for expired, superseded and used codes, and for unknown accounts
  | 'code-blocked'
  | 'codes-off' // after 30 wrong codes in a row, until a reset by link; also for unknown accounts
  | 'grant-unknown' // also for used and superseded grants
  | 'grant-expired'
  | 'secret-changed' // the browser holds another secret than that of the form it shows
  | 'account-frozen' // by an operator; told only to someone with a secret of the account
  | 'recovery-paused' // by an operator, as are the next two
  | 'codes-paused'
  | 'links-paused'
  | 'password-too-short'
  | 'password-too-long'
  | 'password-too-many-bytes' // for the configured hash format
  | 'password-unusable-character' // a NUL, where the application that signs people in accepts none
  | 'password-too-common'
  | 'password-too-simple'
  | 'password-personal'
  | 'password-breached' // found in a data breach
  | 'sign-in-failed'
  | 'not-signed-in'
  | 'busy'

export interface RecoveryErrorDetails {
  /**
   * Whole seconds to wait. Set for `too-many-requests`, `asked-too-soon`, `busy`, `code-blocked`, `codes-off` and
   * `*-paused`, and for the `code-wrong` that starts a block.
   */
  retryAfterSeconds?: number
  /** For `code-wrong`: how many tries are left before code entry is blocked. */
  triesLeft?: number
  /** In code points for `password-too-short` and `password-too-long`, in bytes for `password-too-many-bytes`. */
  limit?: number
}

/** The only exception that the core throws on purpose. Its message is for logs; transports never show it to clients. */
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

/** The codes for a link that does not work, or no longer does. */
export const DEAD_LINK_CODES = [
  'link-unknown',
  'link-expired',
  'link-used',
  'link-superseded',
] as const satisfies readonly RecoveryErrorCode[]

/** The codes for a link or a grant that does not work, or no longer does. */
export const DEAD_SECRET_CODES = [
  ...DEAD_LINK_CODES,
  'grant-unknown',
  'grant-expired',
] as const satisfies readonly RecoveryErrorCode[]

export type DeadSecretCode = (typeof DEAD_SECRET_CODES)[number]

/** The code if it is one of DEAD_SECRET_CODES, otherwise null. */
export const asDeadSecretCode = (code: string | null): DeadSecretCode | null =>
  DEAD_SECRET_CODES.find((dead) => dead === code) ?? null
