import {
  type Answer,
  deadLinkErrors,
  type ErrorTable,
  type Fault,
  limitErrors,
  never,
  noCodeErrors,
  ok,
  passwordErrors,
} from '@/server/contracts/answer'
import { SENT } from './schema'

export const fault: Fault = (status, message) => ({ status, body: { detail: message } })

const REQUIRED = 'This field is required.'

export const EMAIL_REQUIRED: Answer = { status: 400, body: { email: [REQUIRED] } }
export const EMAIL_INVALID: Answer = { status: 400, body: { email: ['Enter a valid email address.'] } }

/** Names every field that is missing or is not a string. */
export const fieldsRequired = (fields: string[]): Answer => ({
  status: 400,
  body: Object.fromEntries(fields.map((field) => [field, [REQUIRED]])),
})

export const MISMATCH: Answer = { status: 400, body: { non_field_errors: ["Passwords don't match"] } }
export const DEAD_TOKEN = fault(400, 'Invalid or expired token.')

/** This contract never reveals who has an account: an unknown account gets the same answer as a known one. */
export const errors: ErrorTable = {
  ...limitErrors(fault),
  ...passwordErrors((message) => ({ status: 400, body: { new_password: [message] } })),
  'account-unknown': ok(SENT),
  ...deadLinkErrors(DEAD_TOKEN),
  ...noCodeErrors,
  ...never('asked-too-soon', 'sign-in-failed', 'not-signed-in', 'secret-changed'),
}
