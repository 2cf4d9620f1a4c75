import { STATUS_CODES } from 'node:http'
import {
  type ErrorTable,
  type Fault,
  limitErrors,
  never,
  noCodeErrors,
  noPasswordErrors,
} from '@/server/contracts/answer'
import { DEAD_LINK_CODES } from '@/server/core/errors'

export const fault: Fault = (status, message) => ({
  status,
  body: { message, error: STATUS_CODES[status] ?? 'Error', status_code: status },
})

export const EMAIL_REQUIRED = fault(400, 'The email field is required.')
export const NOT_AN_EMAIL = fault(404, 'This is not a valid email address.')
export const UNKNOWN = fault(404, 'No account is registered with this email address.')

export const errors: ErrorTable = {
  ...limitErrors(fault),
  'account-unknown': UNKNOWN,
  ...noCodeErrors,
  ...noPasswordErrors,
  ...never('asked-too-soon', 'account-frozen', ...DEAD_LINK_CODES, 'sign-in-failed', 'not-signed-in', 'secret-changed'),
}
