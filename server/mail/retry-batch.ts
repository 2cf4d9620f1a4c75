import { randomUUID } from 'node:crypto'
import { type Database, instantParam, runStatement } from '@/server/db/client'
import { sql } from '@/server/db/sql'
import type { ClaimedBatch } from './outbox'

/**
 * SQL: the rows of this batch, while this worker's claim is the last one. After its lease, another worker may have
 * claimed the batch, and only that worker may change it.
 */
const stillClaimed = (batch: ClaimedBatch) =>
  sql`batch_id = ${batch.id}::uuid and status = 'sending' and attempts = ${batch.emails[0]?.attempts ?? 0}`

/** Makes a batch due again at a later time: the same rows under the same key, so that the call is the same. */
export async function retryLater(db: Database, batch: ClaimedBatch, at: Date, reason: string): Promise<void> {
  await runStatement(
    db,
    sql`update latchkey.mail_outbox set lease_expires_at = ${instantParam(at)}, reason = ${reason} where ${stillClaimed(batch)}`,
  )
}

/** Puts one row of a batch back into the queue, so that the others can be sent without it. */
export async function requeue(
  db: Database,
  batch: ClaimedBatch,
  id: string,
  dueAt: Date,
  reason: string,
): Promise<void> {
  await runStatement(
    db,
    sql`update latchkey.mail_outbox set status = 'queued', batch_id = null, lease_expires_at = null,
      due_at = ${instantParam(dueAt)}, reason = ${reason}
    where ${stillClaimed(batch)} and id = ${id}::uuid`,
  )
}

/**
 * Splits a batch that the provider refused into two, both due at once. Halving again and again finds the email at
 * fault in few calls. The halves get new keys, because the old key belongs to the whole batch.
 * @param halves the ids of the rows of each half.
 */
export async function splitBatch(
  db: Database,
  batch: ClaimedBatch,
  now: Date,
  halves: [string[], string[]],
): Promise<void> {
  const [first, second] = [`{${halves[0].join()}}`, `{${halves[1].join()}}`]
  await runStatement(
    db,
    sql`update latchkey.mail_outbox set lease_expires_at = ${instantParam(now)}, batch_id = case
      when id = any(${first}::uuid[]) then ${randomUUID()}::uuid
      when id = any(${second}::uuid[]) then ${randomUUID()}::uuid
      else batch_id end
    where ${stillClaimed(batch)}`,
  )
}
