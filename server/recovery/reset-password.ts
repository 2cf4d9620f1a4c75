import { isActive } from '@/server/accounts/account-state'
import { changePassword, endSessionsOf } from '@/server/accounts/change-password'
import { hasId } from '@/server/accounts/find-account'
import { hashPassword } from '@/server/accounts/password-hash'
import { acceptNewPassword } from '@/server/accounts/password-policy'
import { auditEvent, byRequester } from '@/server/audit/audit-event'
import { type RecoveryContext, secondsAfter } from '@/server/core/context'
import { RecoveryError } from '@/server/core/errors'
import { isPaused } from '@/server/core/pauses'
import { newRequestId } from '@/server/core/secrets'
import { instantParam, runStatement } from '@/server/db/client'
import { sql } from '@/server/db/sql'
import { materializedStep, type Step, statementOf, step } from '@/server/db/statement'
import { queueEvent } from '@/server/events/queue-event'
import { CHANGED_EMAIL_TTL_SECONDS } from '@/server/mail/emails'
import { findLiveSecret, type LiveSecret, type PresentedSecret } from './find-live-secret'
import { isFrozen } from './frozen'
import { isLive, isOpenOrKept, pausableKind, type SecretKind } from './live-secret'
import { forgetTries } from './lockout'
import { isRepeatedReset } from './repeated-reset'
import { supersedeSecretsOf } from './supersede-secrets'

/** What a second post of the same form finds. */
const isUsed = (error: unknown) =>
  error instanceof RecoveryError && (error.code === 'link-used' || error.code === 'grant-unknown')

/**
 * Sets a new password with an emailed secret, as `changeWith` does. With `acceptRepeat`, a call that comes again with the
 * same password within ten minutes succeeds too, and does nothing: its first answer may have been lost.
 *
 * @param input `password` in NFC; `acceptRepeat` only for a form that was shown while the secret worked
 * @throws RecoveryError as `changeWith` does
 */
export async function resetPassword(
  ctx: RecoveryContext,
  input: { secret: PresentedSecret; password: string; acceptRepeat?: boolean },
): Promise<void> {
  try {
    await changeWith(ctx, input.secret, input.password)
  } catch (error) {
    const isDone = input.acceptRepeat && isUsed(error) && (await isRepeatedReset(ctx, input.secret, input.password))
    if (!isDone) throw error
  }
}

/**
 * Sets a new password with an emailed secret. Two statements and one hash: the first finds the secret; the password
 * is checked and hashed; the second spends the secret. A refused password spends nothing.
 *
 * @param password in NFC
 * @throws RecoveryError `link-*` or `grant-*` for a secret that does not work, `password-*` for a password that is
 *   not accepted, `account-frozen`, `*-paused`, `too-many-requests`, `busy`
 */
async function changeWith(ctx: RecoveryContext, secret: PresentedSecret, password: string): Promise<void> {
  const live = await findLiveSecret(ctx, secret, 'reset-password')
  await acceptNewPassword(ctx, password, live.owner)
  const passwordHash = await hashPassword(ctx.policy, password, { secretId: live.id, signal: ctx.signal })
  if (!(await redeem(ctx, live, secret.kind, passwordHash))) {
    // The secret died after the first look, or another request spent it. A second look tells which.
    await findLiveSecret(ctx, secret, 'reset-password')
    throw new RecoveryError(secret.kind === 'grant' ? 'grant-unknown' : 'link-used')
  }
  ctx.wakeMailWorker()
  ctx.count?.('redeems')
}

/**
 * Spends a live secret, with everything that follows from it, in one statement that succeeds or fails as a whole.
 * @returns false when the secret does not work any more
 */
async function redeem(ctx: RecoveryContext, secret: LiveSecret, kind: SecretKind, passwordHash: string) {
  const emailId = newRequestId()
  const account = lockAccount(secret)
  const tokens = lockTokens(account)
  const live = findSecret(ctx, secret, kind, account, tokens)
  const [stored, changed] = changePassword(live, passwordHash)
  const event = { kind: 'password-changed', accountId: sql`id::text`, ...byRequester(ctx) } as const
  const steps = [
    account,
    tokens,
    live,
    stored,
    changed,
    endSessionsOf(changed),
    spendSecret(ctx, changed),
    supersedeSecretsOf(changed, ctx.now, sql`t.id <> ${changed}.token_id`),
    ...forgetTries(ctx, [secret.owner.email, secret.owner.username], sql`select id::text from ${changed}`),
    recordChange(ctx, changed, emailId),
    step('audited', auditEvent(event, sql`from ${changed}`)),
    queueChangedEmail(ctx, changed, emailId),
    ...queueEvent(ctx.policy.sendEvents, { ...event, type: 'password.changed' }, sql`from ${changed}`),
  ]
  const [answer] = await runStatement<{ changed: number }>(
    ctx.db,
    statementOf(steps, sql`select count(*)::int as changed from ended_sessions`),
  )
  return answer?.changed === 1
}

/** Locks the account before the token's row, as `secureAccount` does, so that the two cannot deadlock. */
const lockAccount = (secret: LiveSecret): Step =>
  materializedStep(
    'locked_account',
    sql`select a.* from latchkey.accounts a where ${hasId(sql`${secret.accountId}`)} and ${isActive}
    for no key update of a`,
  )

/** Locks all rows of the account that are about to change, in the order of `revokeSecrets`, so that nothing deadlocks. */
const lockTokens = (account: Step): Step =>
  materializedStep(
    'locked_tokens',
    sql`select t.* from latchkey.password_reset_tokens t join ${account} a on t.account_id = a.id::text
    where ${isOpenOrKept} order by t.id for update of t`,
  )

/** The account, if the secret still works. */
const findSecret = (ctx: RecoveryContext, secret: LiveSecret, kind: SecretKind, account: Step, tokens: Step): Step =>
  materializedStep(
    'live_secret',
    sql`select a.*, t.id as token_id from ${tokens} t join ${account} a on t.account_id = a.id::text
    where t.id = ${secret.id}::uuid and ${isLive(kind, ctx.now)}
      and not ${isFrozen(sql`t.account_id`)} and not ${isPaused(pausableKind(kind))}`,
  )

/** Spends the secret of a changed account. */
const spendSecret = (ctx: RecoveryContext, changed: Step): Step =>
  step(
    'spent_secret',
    sql`update latchkey.password_reset_tokens t set used_at = ${instantParam(ctx.now)} from ${changed}
    where t.id = ${changed}.token_id`,
  )

/** Remembers the change, which the email with this id can undo until the next one. */
const recordChange = (ctx: RecoveryContext, changed: Step, emailId: string): Step =>
  step(
    'recorded_change',
    sql`insert into latchkey.password_changes (account_id, email_id, changed_at)
    select id::text, ${emailId}::uuid, ${instantParam(ctx.now)} from ${changed}
    on conflict (account_id) do update set email_id = excluded.email_id, changed_at = excluded.changed_at,
      secured_at = null`,
  )

/** Queues the email that tells the owner of the change. */
function queueChangedEmail(ctx: RecoveryContext, changed: Step, emailId: string): Step {
  const now = instantParam(ctx.now)
  const expiresAt = instantParam(secondsAfter(ctx.now, CHANGED_EMAIL_TTL_SECONDS))
  return step(
    'queued_email',
    sql`insert into latchkey.mail_outbox (id, kind, account_id, recipient, recipient_name,
      recipient_username, account_locale, requested_locale, composed_at, expires_at, device, request_id, due_at, created_at)
    select ${emailId}::uuid, 'password-changed', id::text, email, full_name, username, locale::text,
      ${ctx.requester.locale ?? null}, ${now}, ${expiresAt}, ${ctx.requester.device}, ${ctx.requester.requestId}, ${now}, ${now}
    from ${changed}`,
  )
}
