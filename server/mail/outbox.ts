import type { LinkForm, MailKind } from '@/server/db/schema'

/**
 * The rows of the queue, `mail_outbox`, as a worker holds them. A worker claims rows in batches under a lease
 * (`claim-batch.ts`), and then settles them (`settle.ts`) or schedules another try (`retry-batch.ts`).
 */

/** The most emails that Resend takes in one call. */
export const BATCH_SIZE = 100

/** Much longer than a call may take. The batch of a worker that died is due again after this. */
export const LEASE_SECONDS = 30

/** A row of the outbox that a worker has claimed. */
export interface ClaimedEmail {
  id: string
  kind: MailKind
  form: LinkForm
  exemptFromCooldown: boolean
  identifier: string | null
  accountId: string | null
  recipient: string | null
  recipientName: string | null
  recipientUsername: string | null
  composedAt: Date | null
  expiresAt: Date | null
  device: string | null
  requestedLocale: string | null
  accountLocale: string | null
  requestId: string
  attempts: number
  createdAt: Date
}

export interface ClaimedBatch {
  /** The idempotency key of the call that sends these emails. It is the same on every try. */
  id: string
  emails: ClaimedEmail[]
}
