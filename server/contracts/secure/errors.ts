import { type Answer, type ErrorTable, type Fault, limitErrors, never, passwordErrors } from '@/server/contracts/answer'
import { DEAD_LINK_CODES, type RecoveryErrorDetails } from '@/server/core/errors'

export const fault: Fault = (status, message) => ({ status, body: { error: message } })

const information = (message: string): Answer => ({ status: 400, body: { information: message } })

export const ACCOUNT_INVALID = fault(
  400,
  'Not Valid Request Make sure that you provided the username or email correctly !',
)
export const UNKNOWN = fault(
  404,
  "We couldn't find an account matching the provided information. Please double-check your username or email address and try again.",
)
export const NOT_NUMERIC = fault(404, 'Invalid Verification code, Please enter a numeric code.')
export const WRONG_CODE = fault(404, 'Invalid Verification code, Please try again .')
export const BAD_TOKEN = fault(400, 'The provided token is not recognized or is malformed.')
export const EXPIRED_TOKEN = fault(404, 'The token has reached its expiration time and is no longer valid.')

export const PASSWORD_BLANK = information('Password is required: The password field is left blank.')
export const PASSWORD_SHORT = information(
  'Password too short: The password does not meet the minimum length requirement.',
)
export const REPASSWORD_BLANK = information('Re-Password is required: The re password field is left blank.')
export const MISMATCH = information(
  'Password confirmation does not match: The confirmation password does not match the original password.',
)

/** A number of seconds as `H:MM:SS`. */
export function clockTime(seconds: number): string {
  const twoDigits = (count: number) => String(count).padStart(2, '0')
  return `${Math.floor(seconds / 3600)}:${twoDigits(Math.floor(seconds / 60) % 60)}:${twoDigits(seconds % 60)}`
}

/** The trailing space is part of the documented message. */
export const wait = ({ retryAfterSeconds = 1 }: RecoveryErrorDetails): Answer => ({
  status: 429,
  body: { error: 'Retry limit reached. Please wait ', time: clockTime(retryAfterSeconds) },
})

export const errors: ErrorTable = {
  ...limitErrors(fault),
  ...passwordErrors(information),
  'password-too-short': PASSWORD_SHORT,
  'account-unknown': UNKNOWN,
  'too-many-requests': wait,
  'asked-too-soon': wait,
  'code-blocked': wait,
  'codes-off': wait,
  'code-wrong': WRONG_CODE,
  'grant-unknown': BAD_TOKEN,
  'account-frozen': BAD_TOKEN,
  'grant-expired': EXPIRED_TOKEN,
  ...never(...DEAD_LINK_CODES, 'flow-missing'),
  ...never('sign-in-failed', 'not-signed-in', 'secret-changed'),
}
