import { changePassword, endSessionsOf } from '@/server/accounts/change-password'
import { hasId } from '@/server/accounts/find-account'
import { unusableHash } from '@/server/accounts/password-hash'
import { auditEvent, byRequester } from '@/server/audit/audit-event'
import { type RecoveryContext, secondsAfter } from '@/server/core/context'
import { RecoveryError } from '@/server/core/errors'
import { newRequestId, readSecureAccountToken } from '@/server/core/secrets'
import { instantParam } from '@/server/db/client'
import { sql } from '@/server/db/sql'
import { materializedStep, type Step, step } from '@/server/db/statement'
import { queueEvent } from '@/server/events/queue-event'
import type { LimitCheck } from '@/server/limits/counter'
import { runLimited } from '@/server/limits/run-limited'
import { SECURE_ACCOUNT_TTL_SECONDS } from '@/server/mail/emails'
import { isFrozen } from './frozen'
import { supersedeSecretsOf } from './supersede-secrets'

/**
 * "This wasn't me", from the email about a changed password (SP 800-63B-4 §4.2.3). The new password stops working,
 * every session ends, and a reset email is queued, in one statement. Works once, and only until the password is
 * changed here again; an application's own changes are not known. If the account has another address by now, which
 * may be the intruder's, or if an operator has frozen it, no email is sent.
 *
 * @returns whether a reset email was queued
 * @throws RecoveryError `link-unknown` (never emailed), `link-expired` (older than a week), `link-used` (used
 *   already, or the password was changed again), `too-many-requests`
 */
export async function secureAccount(ctx: RecoveryContext, input: { token: string }): Promise<{ emailed: boolean }> {
  const emailId = readSecureAccountToken(ctx.secrets, input.token)
  const disabledHash = await unusableHash(ctx.policy)
  const found = await runLimited<{ fresh: boolean | null; secured: number; emailed: boolean }>(
    ctx,
    { action: 'secure-account' },
    (check) => {
      const email = findChangedEmail(ctx, emailId, check)
      const account = lockAccount(email)
      const claimed = claimChange(ctx, account, emailId)
      const [stored, secured] = changePassword(claimed, disabledHash)
      const ended = endSessionsOf(secured)
      const queued = queueResetEmail(ctx, secured, email)
      const event = { kind: 'account-secured', accountId: sql`id::text`, ...byRequester(ctx) } as const
      return {
        steps: [
          email,
          account,
          claimed,
          stored,
          secured,
          ended,
          supersedeSecretsOf(secured, ctx.now),
          step('audited', auditEvent(event, sql`from ${secured}`)),
          queued,
          ...queueEvent(ctx.policy.sendEvents, { ...event, type: 'account.secured' }, sql`from ${secured}`),
        ],
        query: sql`select ${check.result}.*, (select fresh from ${email}) as fresh,
          (select count(*)::int from ${ended}) as secured, exists (select from ${queued}) as emailed from ${check.result}`,
      }
    },
  )
  if (found.fresh === null) throw new RecoveryError('link-unknown')
  if (!found.fresh) throw new RecoveryError('link-expired')
  if (found.secured === 0) throw new RecoveryError('link-used')
  ctx.wakeMailWorker()
  return { emailed: found.emailed }
}

/** The email about a changed password that the token was sent in. */
function findChangedEmail(ctx: RecoveryContext, emailId: string | null, check: LimitCheck): Step {
  const oldest = instantParam(secondsAfter(ctx.now, -SECURE_ACCOUNT_TTL_SECONDS))
  return step(
    'changed_email',
    sql`select account_id, recipient, created_at > ${oldest} as fresh from latchkey.mail_outbox, ${check.result}
    where id = ${emailId}::uuid and kind = 'password-changed' and ${check.passed}`,
  )
}

/** Locks the account before the token's row, as `resetPassword` does, so that the two cannot deadlock. */
const lockAccount = (email: Step): Step =>
  materializedStep(
    'locked_account',
    sql`select a.* from latchkey.accounts a where ${hasId(sql`(select account_id from ${email} where fresh)`)}
    for no key update of a`,
  )

/** Uses up the email's right to secure the account, which ends with the next change. Keeps the account's columns. */
const claimChange = (ctx: RecoveryContext, account: Step, emailId: string | null): Step =>
  step(
    'claimed_change',
    sql`update latchkey.password_changes c set secured_at = ${instantParam(ctx.now)} from ${account} a
    where c.account_id = a.id::text and c.email_id = ${emailId}::uuid and c.secured_at is null
    returning a.*`,
  )

/** Queues a reset email to the address that was told of the change. It is exempt from the cooldown. */
function queueResetEmail(ctx: RecoveryContext, secured: Step, email: Step): Step {
  const now = instantParam(ctx.now)
  const { device, locale, requestId } = ctx.requester
  return step(
    'queued_request',
    sql`insert into latchkey.mail_outbox
      (id, kind, exempt_from_cooldown, account_id, device, requested_locale, request_id, due_at, created_at)
    select ${newRequestId()}::uuid, 'password-reset', true, id::text, ${device}, ${locale ?? null}, ${requestId}, ${now}, ${now}
    from ${secured}, ${email} where lower(${secured}.email::text) = lower(${email}.recipient)
      and not ${isFrozen(sql`${secured}.id::text`)}
    returning id`,
  )
}
