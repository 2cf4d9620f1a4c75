import { type ErrorTable, type Fault, limitErrors, never } from '@/server/contracts/answer'
import { DEAD_LINK_CODES } from '@/server/core/errors'

export const fault: Fault = (status, message) => ({ status, body: { error: message } })

export const EMAIL_INVALID = fault(400, 'Enter a valid email address.')

export const UNKNOWN = fault(400, 'OurUser matching query does not exist.')

export const errors: ErrorTable = {
  ...limitErrors(fault),
  'account-unknown': UNKNOWN,
  ...never('asked-too-soon', 'account-frozen', ...DEAD_LINK_CODES, 'flow-missing'),
  ...never(
    'code-wrong',
    'code-blocked',
    'codes-off',
    'grant-unknown',
    'grant-expired',
    'sign-in-failed',
    'not-signed-in',
    'secret-changed',
  ),
  ...never('password-too-short', 'password-too-long', 'password-too-many-bytes', 'password-unusable-character'),
  ...never('password-too-common', 'password-too-simple', 'password-personal', 'password-breached'),
}
