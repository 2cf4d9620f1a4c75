import { sql } from 'drizzle-orm'
import { type Database, instantParam, runStatement } from '@/server/db/client'
import type { LinkForm, MailKind } from '@/server/db/schema'

/** The queue: rows of `mail_outbox`, claimed in batches under a lease. Knows nothing of what a mail says. */

/** The most that Resend takes in one call. */
export const BATCH_SIZE = 100
/** Longer than any call may take; a worker that is gone gives its batch back after this. */
export const LEASE_SECONDS = 60

export interface ClaimedMail {
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
  mails: ClaimedMail[]
}

interface ClaimedRow extends Omit<ClaimedMail, 'composedAt' | 'expiresAt' | 'createdAt'> {
  batchId: string
  composedAt: string | null
  expiresAt: string | null
  createdAt: string
}

const instant = (text: string | null) => (text === null ? null : new Date(text))

const returned =
  sql.raw(`o.id, o.kind, o.form, o.exempt_from_cooldown as "exemptFromCooldown", o.identifier, o.user_id as "userId", o.recipient,
  o.recipient_name as "recipientName", o.composed_at as "composedAt", o.expires_at as "expiresAt", o.device,
  o.request_id as "requestId", o.attempts, o.created_at as "createdAt", o.batch_id as "batchId"`)

function toBatch(rows: ClaimedRow[]): ClaimedBatch | null {
  const [first] = rows
  if (!first) return null
  const mails = rows
    .map(({ batchId: _, ...row }) => ({
      ...row,
      composedAt: instant(row.composedAt),
      expiresAt: instant(row.expiresAt),
      createdAt: new Date(row.createdAt),
    }))
    // The same order on every try: the order of the mails is part of the bytes.
    .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1))
  return { id: first.batchId, mails }
}

/**
 * Claims a batch of one kind: first one whose lease has run out (its worker died, or it waits for its next try) as the
 * same batch, else the oldest due rows as a new one. A batch is taken again whole, so its rows are waited
 * for and not skipped: half a batch under its key would be other bytes.
 */
export async function claimBatch(db: Database, now: Date, batchId: string): Promise<ClaimedBatch | null> {
  const lease = sql`${instantParam(now)} + make_interval(secs => ${LEASE_SECONDS})`
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
      sql`with due as (
        select id from mail_outbox
        where status = 'queued' and due_at <= ${instantParam(now)}
          and kind = (select kind from mail_outbox where status = 'queued' order by due_at limit 1)
        order by due_at limit ${BATCH_SIZE} for update skip locked
      )
      update mail_outbox o set status = 'sending', batch_id = ${batchId}::uuid, lease_expires_at = ${lease},
        attempts = attempts + 1
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

/** Records how a batch ended, mail by mail. */
export async function settle(db: Database, now: Date, outcomes: Settled[]): Promise<void> {
  if (outcomes.length === 0) return
  await runStatement(
    db,
    sql`update mail_outbox o set status = r.status, provider_id = r."providerId", reason = r.reason,
      sent_at = case when r.status = 'sent' then ${instantParam(now)} end, lease_expires_at = null
    from jsonb_to_recordset(${JSON.stringify(outcomes)}::jsonb)
      as r(id uuid, status text, "providerId" text, reason text)
    where o.id = r.id and o.status = 'sending'`,
  )
}

/** Lets a batch wait for its next try: the same rows, the same key, the same bytes. */
export async function retryLater(db: Database, batch: ClaimedBatch, at: Date, reason: string): Promise<void> {
  await runStatement(
    db,
    sql`update mail_outbox set lease_expires_at = ${instantParam(at)}, reason = ${reason}
    where batch_id = ${batch.id}::uuid and status = 'sending'`,
  )
}
