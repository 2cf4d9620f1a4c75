/** Every way the core can refuse. Each transport maps all of them, exhaustively. */
export type RecoveryErrorCode =
  | 'account-unknown' // only told under `reveal`
  | 'too-many-requests'
  | 'link-unknown'
  | 'link-expired'
  | 'link-used'
  | 'link-superseded'
  | 'password-too-short'
  | 'password-too-long'
  | 'password-too-common'
  | 'password-too-simple'
  | 'password-personal'
  | 'sign-in-failed'
  | 'not-signed-in'
  | 'busy'

export interface RecoveryErrorDetails {
  /** Whole seconds to wait, for `too-many-requests` and `busy`. */
  retryAfterSeconds?: number
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
