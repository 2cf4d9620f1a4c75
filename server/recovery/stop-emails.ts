import { auditEvent, byRequester } from '@/server/audit/audit-event'
import { type RecoveryContext, secondsAfter } from '@/server/core/context'
import { RecoveryError } from '@/server/core/errors'
import { idInToken, isStopEmailsToken } from '@/server/core/secrets'
import { instantParam, runStatement } from '@/server/db/client'
import type { SecurityEventKind } from '@/server/db/schema'
import { type SQL, sql } from '@/server/db/sql'
import { type Step, statementOf, step } from '@/server/db/statement'
import { runLimited } from '@/server/limits/run-limited'

const STOP_SECONDS = 24 * 3600

/** A reset email, whose recipient wants to stop or allow further ones. */
interface StopRequest {
  id: string
  seed: Buffer
  accountId: string
  address: string
  createdAt: Date
}

/**
 * Stops reset emails to the owner of one, for 24 hours. The link that the owner has keeps working, and emails about a
 * changed password are sent as always. Two statements.
 *
 * @param input the token of the line in a reset email
 * @returns when the stop ends; a stop that goes on is not prolonged
 * @throws RecoveryError `link-unknown` (never emailed, or more than 24 hours ago), `too-many-requests`
 */
export async function stopEmails(ctx: RecoveryContext, input: { token: string }): Promise<{ until: Date }> {
  const email = await findEmail(ctx, input.token)
  // A later use would let an old email, in other hands, keep the owner out of the mailbox for days.
  if (secondsAfter(email.createdAt, STOP_SECONDS) <= ctx.now) throw new RecoveryError('link-unknown')
  const { accountId, address } = email
  const until = secondsAfter(ctx.now, STOP_SECONDS)
  const before = await change(
    ctx,
    email,
    'emails-stopped',
    sql`insert into latchkey.mail_suppressions as s (account_id, address, kind, since, until)
    values (${accountId}, ${address}, 'stopped', ${instantParam(ctx.now)}, ${instantParam(until)})
    on conflict (account_id, address) do update set since = excluded.since, until = excluded.until
      where s.kind = 'stopped' and s.until <= ${instantParam(ctx.now)}
    returning 1`,
  )
  return { until: before && before > ctx.now ? before : until }
}

/**
 * Takes back `stopEmails`, with the same token. A bounce or a complaint is not lifted.
 * @throws RecoveryError as `stopEmails`
 */
export async function allowEmails(ctx: RecoveryContext, input: { token: string }): Promise<void> {
  const email = await findEmail(ctx, input.token)
  await change(
    ctx,
    email,
    'emails-allowed',
    sql`delete from latchkey.mail_suppressions
    where account_id = ${email.accountId} and address = ${email.address} and kind = 'stopped' returning 1`,
  )
}

/** The email that a token was sent in. The token holds the request's id, and proves that its sender has the email. */
async function findEmail(ctx: RecoveryContext, token: string): Promise<StopRequest> {
  const found = await runLimited<StopRequest | { id: null }>(ctx, { action: 'stop-emails' }, (check) => ({
    query: sql`select ${check.result}.*, t.id, t.seed, t.account_id as "accountId", o.recipient as address,
      t.created_at as "createdAt"
    from ${check.result} left join (latchkey.password_reset_tokens t
      join latchkey.mail_outbox o on o.id = t.id and o.recipient is not null)
      on t.id = ${idInToken(token)}::uuid and t.seed is not null`,
  }))
  if (found.id === null || !isStopEmailsToken(ctx.secrets, token, found.id, found.seed))
    throw new RecoveryError('link-unknown')
  return found
}

/**
 * Changes the suppression, and records the change if there was one.
 * @returns when the stop ended, as it was before
 */
async function change(
  ctx: RecoveryContext,
  email: StopRequest,
  kind: SecurityEventKind,
  statement: SQL,
): Promise<Date | null> {
  const changed: Step = step('changed', statement)
  const audited = auditEvent(
    { kind, accountId: email.accountId, ...byRequester(ctx) },
    sql`where exists (select from ${changed})`,
  )
  const [answer] = await runStatement<{ before: Date | null }>(
    ctx.db,
    statementOf(
      [changed, step('audited', audited)],
      sql`select (select until from latchkey.mail_suppressions
        where account_id = ${email.accountId} and address = ${email.address}) as before`,
    ),
  )
  return answer?.before ?? null
}
