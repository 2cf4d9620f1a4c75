import { sql } from 'drizzle-orm'
import { endAllSessions } from '@/server/accounts/end-sessions'
import { auditEvent, byRequester } from '@/server/audit/audit-event'
import { type RecoveryContext, secondsAfter } from '@/server/core/context'
import { RecoveryError } from '@/server/core/errors'
import { newRequestId, readSecureAccountToken } from '@/server/core/secrets'
import { instantParam } from '@/server/db/client'
import { type Step, step } from '@/server/db/statement'
import type { LimitCheck } from '@/server/limits/counter'
import { runLimited } from '@/server/limits/run-limited'
import { SECURE_ACCOUNT_TTL_SECONDS } from '@/server/mail/emails'
import { isOpen } from './live-secret'

/**
 * "This wasn't me", from the email about a changed password (SP 800-63B-4 §4.2.3). The new password stops working,
 * every session ends, and a reset email is queued, in one statement. Works once, and only for the newest change:
 * an old email must not undo what the owner has done since.
 *
 * @throws RecoveryError `link-unknown` (never emailed), `link-expired` (older than a week), `link-used` (used
 *   already, or the password was changed again), `too-many-requests`
 */
export async function secureAccount(ctx: RecoveryContext, input: { token: string }): Promise<void> {
  const emailId = readSecureAccountToken(ctx.secrets, input.token)
  const found = await runLimited<{ fresh: boolean | null; secured: boolean }>(
    ctx,
    { action: 'secure-account' },
    (check) => {
      const email = findChangedEmail(ctx, emailId, check)
      const secured = withdrawPassword(ctx, email)
      const event = { kind: 'account-secured', userId: sql`id`, ...byRequester(ctx) } as const
      return {
        steps: [
          email,
          secured,
          endAllSessions(secured),
          supersedeOpenToken(ctx, secured),
          step('audited', auditEvent(event, sql`from ${secured}`)),
          queueResetEmail(ctx, secured),
        ],
        query: sql`select ${check.result}.*, (select fresh from ${email}) as fresh,
          exists (select from ${secured}) as secured from ${check.result}`,
      }
    },
  )
  if (found.fresh === null) throw new RecoveryError('link-unknown')
  if (!found.fresh) throw new RecoveryError('link-expired')
  if (!found.secured) throw new RecoveryError('link-used')
  ctx.wakeMailWorker()
}

/** The email about a changed password that the token was sent in. */
function findChangedEmail(ctx: RecoveryContext, emailId: string | null, check: LimitCheck): Step {
  const oldest = instantParam(secondsAfter(ctx.now, -SECURE_ACCOUNT_TTL_SECONDS))
  return step(
    'changed_email',
    sql`select user_id, created_at, created_at > ${oldest} as fresh from mail_outbox, ${check.result}
    where id = ${emailId}::uuid and kind = 'password-changed' and ${check.passed}`,
  )
}

/**
 * Removes the password, unless it was changed again after the email. This locks the user row before the token's
 * row, as `resetPassword` does, so that the two cannot deadlock.
 */
const withdrawPassword = (ctx: RecoveryContext, email: Step): Step =>
  step(
    'secured_account',
    sql`update users set password_hash = null, password_version = password_version + 1,
      password_changed_at = ${instantParam(ctx.now)}
    from ${email}
    where users.id = ${email}.user_id and ${email}.fresh and users.password_changed_at <= ${email}.created_at
    returning users.id`,
  )

/** Ends the link and code that may have been emailed since. */
const supersedeOpenToken = (ctx: RecoveryContext, secured: Step): Step =>
  step(
    'superseded_token',
    sql`update password_reset_tokens t set superseded_at = ${instantParam(ctx.now)} from ${secured}
    where t.user_id = ${secured}.id and ${isOpen}`,
  )

/** Queues a reset email. It is exempt from the cooldown, because the owner has no password now. */
function queueResetEmail(ctx: RecoveryContext, secured: Step): Step {
  const now = instantParam(ctx.now)
  return step(
    'queued_request',
    sql`insert into mail_outbox (id, kind, exempt_from_cooldown, user_id, device, request_id, due_at, created_at)
    select ${newRequestId()}::uuid, 'password-reset', true, id, ${ctx.requester.device}, ${ctx.requester.requestId},
      ${now}, ${now}
    from ${secured}`,
  )
}
