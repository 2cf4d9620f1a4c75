import type { OutgoingEmail } from '@/server/mail/emails'

/** The outcome of one email of a call. `providerId` is null if the provider gave none. */
export type EmailOutcome = { accepted: true; providerId: string | null } | { accepted: false; reason: string }

/**
 * The outcome of a call:
 * - `settled`: each email has its own outcome, in order. Make no other call for `pauseMs`.
 * - `retry`: no email is known to be accepted. Make the same call again, after `afterMs` if given.
 * - `refused`: no email was accepted, and none will be: something in the call is wrong.
 */
export type CallOutcome =
  | { kind: 'settled'; outcomes: EmailOutcome[]; pauseMs?: number }
  | { kind: 'retry'; reason: string; afterMs?: number }
  | { kind: 'refused'; reason: string }

export interface MailTransport {
  /**
   * Sends up to 100 emails in one call.
   * @param key the idempotency key: the same emails under the same key are sent once (at Resend, for 24 hours).
   */
  send(emails: OutgoingEmail[], key: string, signal: AbortSignal): Promise<CallOutcome>
}
