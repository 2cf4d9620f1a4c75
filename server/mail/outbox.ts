import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { auditEvent } from '@/server/audit/audit-event'
import { type Database, instantParam, runStatement } from '@/server/db/client'
import type { LinkForm, MailKind } from '@/server/db/schema'
import { applyMailEvents } from './mail-events'

/** The queue: rows of `mail_outbox`, claimed in batches under a lease. Knows nothing of what a mail says. */

/** The most that Resend takes in one call. */
export const BATCH_SIZE = 100
/** Much longer than a call may take; a worker that is gone gives its batch back after this. */
export const LEASE_SECONDS = 30

export interface ClaimedEmail {
  id: string
  kind: MailKind
  form: LinkForm
  exemptFromCooldown: boolean
  identifier: string | null
  userId: string | null
  recipient: string | null
  recipientName: string | null
  composedAt: Date | null
  expiresAt: Date | null
  device: string | null
  requestId: string
  attempts: number
  createdAt: Date
}

export interface ClaimedBatch {
  /** Names the call that carries these mails: the idempotency key, the same on every try. */
  id: string
  mails: ClaimedEmail[]
}

interface ClaimedRow extends ClaimedEmail {
  batchId: string
}

const returned =
  sql.raw(`o.id, o.kind, o.form, o.exempt_from_cooldown as "exemptFromCooldown", o.identifier, o.user_id as "userId", o.recipient,
  o.recipient_name as "recipientName", o.composed_at as "composedAt", o.expires_at as "expiresAt", o.device,
  o.request_id as "requestId", o.attempts, o.created_at as "createdAt", o.batch_id as "batchId"`)

function toBatch(rows: ClaimedRow[]): ClaimedBatch | null {
  const [first] = rows
  if (!first) return null
  const mails = rows
    .map(({ batchId: _, ...row }) => row)
    // The same order on every try: the order of the mails is part of the bytes.
    .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1))
  return { id: first.batchId, mails }
}

/**
 * Claims a batch of one kind: first one whose lease has run out (its worker died, or it waits for its next try) as the
 * same batch, else the oldest due rows as a new one. A batch is taken again whole, so its rows are waited
 * for and not skipped: half a batch under its key would be other bytes.
 */
export async function claimBatch(
  db: Database,
  now: Date,
  batchId: string,
  leaseSeconds = LEASE_SECONDS,
): Promise<ClaimedBatch | null> {
  const lease = sql`${instantParam(now)} + make_interval(secs => ${leaseSeconds})`
  const again = await runStatement<ClaimedRow>(
    db,
    sql`with waiting as (
      select batch_id from mail_outbox where status = 'sending' and lease_expires_at <= ${instantParam(now)}
      order by lease_expires_at limit 1
    ),
    members as (
      select id from mail_outbox
      where batch_id = (select batch_id from waiting) and status = 'sending' and lease_expires_at <= ${instantParam(now)}
      order by id for update
    )
    update mail_outbox o set lease_expires_at = ${lease}, attempts = attempts + 1
    from members where o.id = members.id returning ${returned}`,
  )
  if (again.length > 0) return toBatch(again)

  return toBatch(
    await runStatement<ClaimedRow>(
      db,
      // One count of tries for the whole batch: by it a worker knows its own claim again.
      sql`with due as (
        select id, attempts from mail_outbox
        where status = 'queued' and due_at <= ${instantParam(now)}
          and kind = (select kind from mail_outbox where status = 'queued' order by due_at limit 1)
        order by due_at limit ${BATCH_SIZE} for update skip locked
      )
      update mail_outbox o set status = 'sending', batch_id = ${batchId}::uuid, lease_expires_at = ${lease},
        attempts = (select max(attempts) + 1 from due)
      from due where o.id = due.id returning ${returned}`,
    ),
  )
}

export interface Settled {
  id: string
  status: 'sent' | 'failed'
  providerId: string | null
  /** Why it failed; never holds a secret or a body. */
  reason: string | null
}

/** A row that has just been settled. */
export interface SettledRow {
  id: string
  kind: MailKind
  status: 'sent' | 'failed'
  reason: string | null
  requestId: string
}

/**
 * Records how a batch ended, mail by mail, with the audit row of each reset that the provider took. What was
 * settled before stays as it was: an answer that comes twice counts once.
 */
export async function settle(db: Database, now: Date, outcomes: Settled[]): Promise<SettledRow[]> {
  if (outcomes.length === 0) return []
  const settled = await runStatement<SettledRow>(
    db,
    sql`with settled as (
      update mail_outbox o set status = r.status, provider_id = r."providerId", reason = r.reason, identifier = null,
        sent_at = case when r.status = 'sent' then ${instantParam(now)} end, lease_expires_at = null
      from jsonb_to_recordset(${JSON.stringify(outcomes)}::jsonb)
        as r(id uuid, status text, "providerId" text, reason text)
      where o.id = r.id and o.status = 'sending'
      returning o.id, o.kind, o.status, o.reason, o.request_id, o.user_id, o.device
    ),
    noted as (
      ${auditResetMailed(now)}
    )
    select id, kind, status, reason, request_id as "requestId" from settled`,
  )
  await applyMailEvents(
    db,
    now,
    outcomes.flatMap(({ providerId }) => providerId ?? []),
  )
  return settled
}

/** Records each reset email that the provider took, from the rows of `settled`. */
const auditResetMailed = (at: Date) =>
  auditEvent(
    { kind: 'reset-mailed', userId: sql`user_id`, requestId: sql`request_id`, device: sql`device`, at },
    sql`from settled where status = 'sent' and kind = 'password-reset'`,
  )

/** Only the worker that claimed a batch last may say what becomes of it: another may have it by now. */
const isOurs = (batch: ClaimedBatch) =>
  sql`batch_id = ${batch.id}::uuid and status = 'sending' and attempts = ${batch.mails[0]?.attempts ?? 0}`

/** Lets a batch wait for its next try: the same rows, the same key, the same bytes. */
export async function retryLater(db: Database, batch: ClaimedBatch, at: Date, reason: string): Promise<void> {
  await runStatement(
    db,
    sql`update mail_outbox set lease_expires_at = ${instantParam(at)}, reason = ${reason} where ${isOurs(batch)}`,
  )
}

/** Puts one row of a batch back into the queue, so that the rest can go without it. */
export async function requeue(db: Database, batch: ClaimedBatch, id: string, at: Date, reason: string) {
  await runStatement(
    db,
    sql`update mail_outbox set status = 'queued', batch_id = null, lease_expires_at = null,
      due_at = ${instantParam(at)}, reason = ${reason}
    where ${isOurs(batch)} and id = ${id}::uuid`,
  )
}

/**
 * Makes two batches of one that the provider refused as a whole, due at once: halving finds the mail at
 * fault in few calls. New keys, since the old one stands for other bytes.
 */
export async function splitBatch(db: Database, batch: ClaimedBatch, now: Date, ids: [string[], string[]]) {
  const [first, second] = ids.map((half) => `{${half.join()}}`)
  await runStatement(
    db,
    sql`update mail_outbox set lease_expires_at = ${instantParam(now)}, batch_id = case
      when id = any(${first}::uuid[]) then ${randomUUID()}::uuid
      when id = any(${second}::uuid[]) then ${randomUUID()}::uuid
      else batch_id end
    where ${isOurs(batch)}`,
  )
}
