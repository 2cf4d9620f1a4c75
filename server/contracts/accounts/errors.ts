import type { RecoveryErrorCode } from '@/server/recovery/errors'

const DEAD_LINK = { status: 400, message: 'This password reset link is invalid or no longer works. Request a new one.' }
const BUSY = { status: 503, message: 'The service is busy. Try again in a few seconds.' }
const REFUSED = { status: 400, message: 'The request could not be carried out.' }

/** What this contract says for each refusal of the core. */
export const ERRORS: Record<RecoveryErrorCode, { status: number; message: string }> = {
  'link-unknown': DEAD_LINK,
  'link-expired': DEAD_LINK,
  'link-used': DEAD_LINK,
  'link-superseded': DEAD_LINK,
  'too-many-requests': { status: 429, message: 'Too many requests. Wait a while, then try again.' },
  busy: BUSY,
  'not-signed-in': { status: 401, message: 'Sign in, or send an email address.' },
  'account-unknown': REFUSED,
  'asked-too-soon': REFUSED,
  'flow-missing': REFUSED,
  'code-wrong': REFUSED,
  'code-blocked': REFUSED,
  'grant-unknown': REFUSED,
  'grant-expired': REFUSED,
  'sign-in-failed': REFUSED,
  'password-too-short': REFUSED,
  'password-too-long': REFUSED,
  'password-too-common': REFUSED,
  'password-too-simple': REFUSED,
  'password-personal': REFUSED,
}
