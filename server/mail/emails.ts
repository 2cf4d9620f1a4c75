/** The kinds of mail, and what is the same for every one of them. */

/** A mail as it leaves: one recipient, both bodies. */
export interface OutgoingEmail {
  /** The outbox row it answers. */
  id: string
  to: string
  subject: string
  html: string
  text: string
}

/** RFC 3834: keeps holiday replies and mailing lists from answering. */
export const EMAIL_HEADERS = { 'Auto-Submitted': 'auto-generated' } as const

/** How long the "this wasn't me" link of a mail works. */
export const SECURE_ACCOUNT_TTL_SECONDS = 7 * 24 * 3600

/** How long it is still worth telling somebody that a password was changed. */
export const CHANGED_EMAIL_TTL_SECONDS = 24 * 3600

/** What a composer makes of a claimed row. A row that it leaves out has been settled by it already. */
export type Composed =
  | { id: string; mail: OutgoingEmail /** When the link in it dies. */; expiresAt: Date }
  | { id: string; failed: string }
