import { deadLinkErrors, type ErrorTable, type Fault, limitErrors, never, ok } from '@/server/contracts/answer'
import { SENT } from './schema'

export const fault: Fault = (status, message) => ({ status, body: { success: false, message, data: [] } })

export const EMAIL_INVALID = fault(400, 'Enter a valid email address.')

export const DEAD_LINK = fault(400, 'This password reset link is invalid or no longer works. Request a new one.')

export const NOT_SIGNED_IN = {
  ...fault(401, 'Sign in, or send an email address.'),
  headers: new Headers({ 'www-authenticate': 'Bearer' }),
}

/** This contract never reveals who has an account: an unknown account gets the same answer as a known one. */
export const errors: ErrorTable = {
  ...limitErrors(fault),
  'account-unknown': ok(SENT),
  'not-signed-in': NOT_SIGNED_IN,
  ...deadLinkErrors(DEAD_LINK),
  ...never(
    'asked-too-soon',
    'flow-missing',
    'code-wrong',
    'code-blocked',
    'codes-off',
    'grant-unknown',
    'grant-expired',
  ),
  ...never('password-too-short', 'password-too-long', 'password-too-many-bytes', 'password-unusable-character'),
  ...never(
    'password-too-common',
    'password-too-simple',
    'password-personal',
    'password-breached',
    'sign-in-failed',
    'secret-changed',
  ),
}
