import {
  deadLinkErrors,
  type ErrorTable,
  type Fault,
  limitErrors,
  never,
  noCodeErrors,
  noPasswordErrors,
  ok,
} from '@/server/contracts/answer'
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
  ...noCodeErrors,
  ...noPasswordErrors,
  ...never('asked-too-soon', 'sign-in-failed', 'secret-changed'),
}
