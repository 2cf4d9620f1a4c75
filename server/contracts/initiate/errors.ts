import {
  type ErrorTable,
  type Fault,
  limitErrors,
  never,
  noCodeErrors,
  noPasswordErrors,
} from '@/server/contracts/answer'
import { DEAD_LINK_CODES } from '@/server/core/errors'

export const fault: Fault = (status, message) => ({ status, body: { error: message } })

export const EMAIL_INVALID = fault(400, 'Enter a valid email address.')

export const UNKNOWN = fault(400, 'OurUser matching query does not exist.')

export const errors: ErrorTable = {
  ...limitErrors(fault),
  'account-unknown': UNKNOWN,
  ...noCodeErrors,
  ...noPasswordErrors,
  ...never('asked-too-soon', 'account-frozen', ...DEAD_LINK_CODES, 'sign-in-failed', 'not-signed-in', 'secret-changed'),
}
