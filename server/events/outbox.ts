import type { EventType } from '@/server/db/schema'

/**
 * The rows of the queue, `event_outbox`, as a worker holds them. A worker claims rows under a lease
 * (`claim-events.ts`), posts each (`post-event.ts`), and records the outcome (`settle-event.ts`).
 */

/** Much longer than a try may take. The event of a worker that died is due again after this. */
export const LEASE_SECONDS = 30

/** After each failed try, as the Standard Webhooks specification suggests: eight tries within 28 hours. */
export const RETRY_SECONDS = [5, 300, 1800, 7200, 18_000, 36_000, 36_000] as const

/** A row of the queue that a worker has claimed. */
export interface ClaimedEvent {
  id: string
  claimId: string
  type: EventType
  accountId: string
  requestId: string
  details: Record<string, unknown>
  /** Tries before this one. */
  attempts: number
  /** When it happened. */
  createdAt: Date
}
