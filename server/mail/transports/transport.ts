import type { OutgoingEmail } from '@/server/mail/emails'

/** How one mail of a call fared. The provider's id is null where it did not say. */
export type EmailOutcome = { accepted: true; providerId: string | null } | { accepted: false; reason: string }

/**
 * How a call fared. `settled`: every mail has its own outcome, in order. `retry`: nothing is known to be
 * accepted; the same call may be made again, no earlier than after `afterMs` when that is given. `refused`:
 * nothing was accepted and the same call never will be, for something that is in it.
 */
export type CallOutcome =
  | { kind: 'settled'; outcomes: EmailOutcome[] /** The provider wants no call before this. */; pauseMs?: number }
  | { kind: 'retry'; reason: string; afterMs?: number }
  | { kind: 'refused'; reason: string }

export interface MailTransport {
  /** Sends up to 100 mails in one call; the same `key` with the same mails is sent once (24 hours at Resend). */
  send(mails: OutgoingEmail[], key: string, signal: AbortSignal): Promise<CallOutcome>
}
