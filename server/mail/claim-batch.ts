import { isPaused } from '@/server/core/pauses'
import { type Database, instantParam, runStatement } from '@/server/db/client'
import { type SQL, sql } from '@/server/db/sql'
import { type Step, statementOf, step } from '@/server/db/statement'
import { BATCH_SIZE, type ClaimedBatch, type ClaimedEmail, LEASE_SECONDS } from './outbox'

/** What one claim writes into its rows. */
interface Claim {
  now: SQL
  leaseExpiresAt: SQL
  /** The id of a new batch. */
  batchId: string
}

/**
 * Claims a batch of one kind: first a batch that was claimed before and whose lease has ended, because its worker
 * died or because it waits for its next try; otherwise the oldest due rows as a new batch.
 * @param batchId the id of the batch if it is new.
 * @returns null when nothing is due.
 */
export async function claimBatch(
  db: Database,
  now: Date,
  batchId: string,
  leaseSeconds = LEASE_SECONDS,
): Promise<ClaimedBatch | null> {
  const leaseExpiresAt = sql`${instantParam(now)} + make_interval(secs => ${leaseSeconds})`
  const claim = { now: instantParam(now), leaseExpiresAt, batchId }
  return toBatch(await claimAgain(db, claim)) ?? toBatch(await claimNew(db, claim))
}

interface ClaimedRow extends ClaimedEmail {
  batchId: string
}

const CLAIMED_COLUMNS =
  sql.raw(`o.id, o.kind, o.form, o.exempt_from_cooldown as "exemptFromCooldown", o.identifier, o.account_id as "accountId",
  o.recipient, o.recipient_name as "recipientName", o.recipient_username as "recipientUsername",
  o.composed_at as "composedAt", o.expires_at as "expiresAt",
  o.device, o.requested_locale as "requestedLocale", o.account_locale as "accountLocale", o.request_id as "requestId", o.attempts, o.created_at as "createdAt", o.batch_id as "batchId"`)

/** Claims a batch whose lease has ended, with all of its rows: a part of it would not be the same call. */
function claimAgain(db: Database, claim: Claim) {
  const batch = expiredBatch(claim)
  const rows = rowsOfBatch(claim, batch)
  return runStatement<ClaimedRow>(
    db,
    statementOf(
      [batch, rows],
      sql`update latchkey.mail_outbox o set lease_expires_at = ${claim.leaseExpiresAt}, attempts = attempts + 1
      from ${rows} where o.id = ${rows}.id returning ${CLAIMED_COLUMNS}`,
    ),
  )
}

/**
 * A condition: an email may be sent now. While an operator has paused all recovery, reset emails wait in the queue.
 * Emails about changed passwords do not.
 */
const isSendable = sql`(kind <> 'password-reset' or not ${isPaused()})`

/** The batch whose lease ended first. */
const expiredBatch = ({ now }: Claim) =>
  step(
    'expired_batch',
    sql`select batch_id from latchkey.mail_outbox where status = 'sending' and lease_expires_at <= ${now} and ${isSendable}
    order by lease_expires_at limit 1`,
  )

/** The rows of that batch, locked. A row that another worker has locked is waited for, not skipped. */
const rowsOfBatch = ({ now }: Claim, batch: Step) =>
  step(
    'batch_rows',
    sql`select id from latchkey.mail_outbox
    where batch_id = (select batch_id from ${batch}) and status = 'sending' and lease_expires_at <= ${now}
    order by id for update`,
  )

/**
 * Claims the oldest due rows as a new batch. All get the same number of attempts: by it, a worker can tell
 * whether the batch is still its own.
 */
function claimNew(db: Database, claim: Claim) {
  const rows = dueRows(claim)
  return runStatement<ClaimedRow>(
    db,
    statementOf(
      [rows],
      sql`update latchkey.mail_outbox o set status = 'sending', batch_id = ${claim.batchId}::uuid,
        lease_expires_at = ${claim.leaseExpiresAt}, attempts = (select max(attempts) + 1 from ${rows})
      from ${rows} where o.id = ${rows}.id returning ${CLAIMED_COLUMNS}`,
    ),
  )
}

/** The oldest due rows, locked, all of the kind of the first queued one. Locked rows are another worker's. */
const dueRows = ({ now }: Claim) =>
  step(
    'due_rows',
    sql`select id, attempts from latchkey.mail_outbox
    where status = 'queued' and due_at <= ${now}
      and kind = (
        select kind from latchkey.mail_outbox where status = 'queued' and ${isSendable} order by due_at limit 1
      )
    order by due_at limit ${BATCH_SIZE} for update skip locked`,
  )

function toBatch(rows: ClaimedRow[]): ClaimedBatch | null {
  const [first] = rows
  if (!first) return null
  const emails = rows
    .map(({ batchId: _, ...row }) => row)
    // The order of the emails is part of the call, which must be the same on every try.
    .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1))
  return { id: first.batchId, emails }
}
