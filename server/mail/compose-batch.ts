import type { Logger } from 'pino'
import { type Database, isUnavailable } from '@/server/db/client'
import type { MailKind } from '@/server/db/schema'
import type { Composed } from './emails'
import type { ClaimedBatch, ClaimedEmail } from './outbox'
import { requeue } from './retry-batch'

/** Composes the emails of claimed rows of one kind. It is passed in, because mail may not import recovery. */
export type Composer = (batch: ClaimedEmail[], now: Date) => Promise<Composed[]>

/** A row that went back into the queue because it could not be composed. */
export type Requeued = { id: string; requeued: true }

/** A row that still cannot be composed this long after it was queued fails. */
const COMPOSE_TIMEOUT_MS = 3_600_000

interface ComposeOptions {
  db: Database
  composers: Record<MailKind, Composer>
  log: Logger
  now: () => Date
  /** Gives the milliseconds to wait after this many attempts. */
  backoff: (attempts: number) => number
}

/**
 * Composes the emails of a batch. If the composer fails, each row is composed alone, so that one bad row does
 * not stop the others: the bad row goes back into the queue, or fails after an hour.
 * @throws the database's error when the database cannot be reached; no row is requeued then.
 */
export async function composeBatch(options: ComposeOptions, batch: ClaimedBatch): Promise<(Composed | Requeued)[]> {
  const { composers, log, now } = options
  const [first, ...others] = batch.emails
  if (!first) return []
  try {
    return await composers[first.kind](batch.emails, now())
  } catch (error) {
    if (isUnavailable(error)) throw error
    if (others.length === 0) return [await requeueOrFail(options, batch, first, error)]
    log.error({ err: error, batch: batch.id }, 'batch not composed, composing each email alone')
  }
  const composed: (Composed | Requeued)[] = []
  for (const email of batch.emails) composed.push(...(await composeBatch(options, { ...batch, emails: [email] })))
  return composed
}

async function requeueOrFail(
  { db, log, now, backoff }: ComposeOptions,
  batch: ClaimedBatch,
  email: ClaimedEmail,
  error: unknown,
): Promise<Composed | Requeued> {
  log.error({ err: error, email: email.id, requestId: email.requestId }, 'email not composed')
  const reason = `not composed: ${error instanceof Error ? error.name : 'failed'}`
  if (now().getTime() - email.createdAt.getTime() > COMPOSE_TIMEOUT_MS) return { id: email.id, failed: reason }
  await requeue(db, batch, email.id, new Date(now().getTime() + backoff(email.attempts)), reason)
  return { id: email.id, requeued: true }
}
