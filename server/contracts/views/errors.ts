import {
  deadLinkErrors,
  type ErrorTable,
  type Fault,
  limitErrors,
  never,
  noCodeErrors,
  passwordErrors,
} from '@/server/contracts/answer'

export const fault: Fault = (status, message) => ({ status, body: { error: message } })

export const EMAIL_REQUIRED = fault(400, 'Email is required')
export const UNKNOWN = fault(404, 'User with this email does not exist')
export const FIELDS_REQUIRED = fault(400, 'Both password fields are required')
export const MISMATCH = fault(400, 'Passwords do not match')
export const INVALID_LINK = fault(400, 'Invalid reset link')
export const DEAD_TOKEN = fault(400, 'Invalid or expired token')

export const errors: ErrorTable = {
  ...limitErrors(fault),
  ...passwordErrors((message) => fault(400, message)),
  'account-unknown': UNKNOWN,
  ...deadLinkErrors(DEAD_TOKEN),
  ...noCodeErrors,
  ...never('asked-too-soon', 'sign-in-failed', 'not-signed-in', 'secret-changed'),
}

/** For the path of a link: the unknown account is the one that the link names. */
export const linkErrors: ErrorTable = { ...errors, 'account-unknown': INVALID_LINK }
