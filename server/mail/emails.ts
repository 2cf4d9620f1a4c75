/** An email that is ready to be sent: one recipient, both bodies. */
export interface OutgoingEmail {
  /** The id of its outbox row. */
  id: string
  to: string
  subject: string
  html: string
  text: string
}

/** RFC 3834: keeps automatic replies and mailing lists from answering. */
export const EMAIL_HEADERS = { 'Auto-Submitted': 'auto-generated' } as const

/** How long the "this wasn't me" link of an email works. */
export const SECURE_ACCOUNT_TTL_SECONDS = 7 * 24 * 3600

/** How long after a password change the email about it is still sent. */
export const CHANGED_EMAIL_TTL_SECONDS = 24 * 3600

/**
 * What a composer returns for a claimed row: an email to send before `expiresAt`, or why there is none.
 * For a row that the composer has settled itself it returns nothing.
 */
export type Composed = { id: string; email: OutgoingEmail; expiresAt: Date } | { id: string; failed: string }
