import { sql } from 'drizzle-orm'
import { isActive } from '@/server/accounts/account-state'
import { endAllSessions } from '@/server/accounts/end-sessions'
import { hashPassword } from '@/server/accounts/password-hash'
import { checkNewPassword } from '@/server/accounts/password-policy'
import { auditEvent, byRequester } from '@/server/audit/audit-event'
import { type RecoveryContext, secondsAfter } from '@/server/core/context'
import { RecoveryError } from '@/server/core/errors'
import { newRequestId } from '@/server/core/secrets'
import { instantParam, runStatement } from '@/server/db/client'
import { materializedStep, type Step, statementOf, step } from '@/server/db/statement'
import { CHANGED_EMAIL_TTL_SECONDS } from '@/server/mail/emails'
import { findLiveSecret, type LiveSecret, type PresentedSecret } from './find-live-secret'
import { isLive, type SecretKind } from './live-secret'

/**
 * Sets a new password with an emailed secret. Two statements and one hash: the first finds the secret; the password
 * is checked and hashed; the second spends the secret. A refused password spends nothing.
 *
 * @param input the password in NFC
 * @throws RecoveryError `link-*` or `grant-*` for a secret that does not work, `password-*` for a password that is
 *   not accepted, `too-many-requests`, `busy`
 */
export async function resetPassword(
  ctx: RecoveryContext,
  input: { secret: PresentedSecret; password: string },
): Promise<void> {
  const live = await findLiveSecret(ctx, input.secret, 'reset-password')
  checkNewPassword(input.password, live.owner, ctx.policy.passwordMinLength)
  const passwordHash = await hashPassword(input.password)
  if (!(await redeem(ctx, live, input.secret.kind, passwordHash))) {
    // The secret died after the first look, or another request spent it. A second look tells which.
    await findLiveSecret(ctx, input.secret, 'reset-password')
    throw new RecoveryError(input.secret.kind === 'grant' ? 'grant-unknown' : 'link-used')
  }
  ctx.wakeMailWorker()
  ctx.count?.('redeems')
}

/**
 * Spends a live secret, with everything that follows from it, in one statement that succeeds or fails as a whole.
 * Other tokens of the account need no step: it has at most one open row.
 * @returns false when the secret does not work any more
 */
async function redeem(ctx: RecoveryContext, secret: LiveSecret, kind: SecretKind, passwordHash: string) {
  const account = lockAccount(secret)
  const spent = spendSecret(ctx, secret, kind, account)
  const changed = changePassword(ctx, spent, passwordHash)
  const event = { kind: 'password-changed', userId: sql`id`, ...byRequester(ctx) } as const
  const steps = [
    account,
    spent,
    changed,
    endAllSessions(changed),
    step('audited', auditEvent(event, sql`from ${changed}`)),
    queueChangedEmail(ctx, changed),
  ]
  const [answer] = await runStatement<{ changed: number }>(
    ctx.db,
    statementOf(steps, sql`select count(*)::int as changed from ${changed}`),
  )
  return answer?.changed === 1
}

/** Locks the user row before the token's row, as `secureAccount` does, so that the two cannot deadlock. */
const lockAccount = (secret: LiveSecret): Step =>
  materializedStep(
    'locked_account',
    sql`select u.* from users u where u.id = ${secret.userId}::uuid and ${isActive} for no key update`,
  )

/** Spends the secret, if it still works. */
const spendSecret = (ctx: RecoveryContext, secret: LiveSecret, kind: SecretKind, account: Step): Step =>
  step(
    'spent_secret',
    sql`update password_reset_tokens t set used_at = ${instantParam(ctx.now)} from ${account} u
    where t.id = ${secret.id}::uuid and u.id = t.user_id and ${isLive(kind, ctx.now)}
    returning t.user_id`,
  )

/** Stores the new password. The raised version also ends sessions that are being opened at this moment. */
const changePassword = (ctx: RecoveryContext, spent: Step, passwordHash: string): Step =>
  step(
    'changed_account',
    sql`update users set password_hash = ${passwordHash}, password_version = password_version + 1,
      password_changed_at = ${instantParam(ctx.now)}
    from ${spent} where users.id = ${spent}.user_id
    returning users.id, users.email, users.full_name`,
  )

/** Queues the email that tells the owner of the change. */
function queueChangedEmail(ctx: RecoveryContext, changed: Step): Step {
  const now = instantParam(ctx.now)
  const expiresAt = instantParam(secondsAfter(ctx.now, CHANGED_EMAIL_TTL_SECONDS))
  return step(
    'queued_email',
    sql`insert into mail_outbox (id, kind, user_id, recipient, recipient_name, composed_at, expires_at, device,
      request_id, due_at, created_at)
    select ${newRequestId()}::uuid, 'password-changed', id, email, full_name, ${now}, ${expiresAt},
      ${ctx.requester.device}, ${ctx.requester.requestId}, ${now}, ${now}
    from ${changed}`,
  )
}
