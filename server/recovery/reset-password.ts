import { sql } from 'drizzle-orm'
import { accountState } from '@/server/accounts/account-state'
import { hashPassword } from '@/server/accounts/password-hash'
import { checkNewPassword } from '@/server/accounts/password-policy'
import { type RecoveryContext, secondsAfter } from '@/server/core/context'
import { RecoveryError } from '@/server/core/errors'
import { newRequestId } from '@/server/core/secrets'
import { instantParam, runStatement } from '@/server/db/client'
import { CHANGED_EMAIL_TTL_SECONDS } from '@/server/mail/emails'
import { expiryOf, findLiveSecret, type PresentedSecret } from './open-link'

/**
 * Chooses a new password with a mailed secret. Two statements and one hash: the first looks, then the
 * password is checked (a refused one burns nothing) and hashed, and the second spends the secret by a
 * conditional update, together with all that follows from it.
 *
 * @throws RecoveryError `link-*` or `grant-*` for a secret that is not live, `password-*` for a password that will
 *   not do, `too-many-requests`, `busy`.
 */
export async function resetPassword(
  ctx: RecoveryContext,
  input: { secret: PresentedSecret; password: string },
): Promise<void> {
  const live = await findLiveSecret(ctx, input.secret, 'reset-password')
  checkNewPassword(input.password, live.owner, ctx.policy.passwordMinLength)
  const passwordHash = await hashPassword(input.password)
  if (!(await redeem(ctx, live.id, input.secret.kind, passwordHash))) {
    // Somebody was faster, or it died meanwhile: looking again says which.
    await findLiveSecret(ctx, input.secret, 'reset-password')
    throw new RecoveryError(input.secret.kind === 'grant' ? 'grant-unknown' : 'link-used')
  }
  ctx.wakeMailWorker()
  ctx.count?.('redeems')
}

/**
 * Spends a live row once, in one statement that holds or fails as a whole: the new hash, the end of every
 * session (the raised version ends even one made this instant), the audit row and the mail that says so.
 * Every other token of the account is dead already: an account has one live row at the most.
 */
async function redeem(
  ctx: RecoveryContext,
  tokenId: string,
  kind: PresentedSecret['kind'],
  passwordHash: string,
): Promise<boolean> {
  const now = instantParam(ctx.now)
  const { requestId, device } = ctx.requester
  const [answer] = await runStatement<{ changed: number }>(
    ctx.db,
    // The account is locked first, as everywhere: who disowns a change waits for it too, and neither for the other.
    sql`with owner as materialized (
      select u.* from users u join password_reset_tokens t on t.user_id = u.id
      where t.id = ${tokenId}::uuid and u.deactivated_at is null for no key update of u
    ),
    spent as (
      update password_reset_tokens t set used_at = ${now} from owner u
      where t.id = ${tokenId}::uuid and t.used_at is null and t.superseded_at is null and ${expiryOf(kind)} > ${now}
        and u.id = t.user_id and t.account_state = ${accountState}
      returning t.user_id
    ),
    changed as (
      update users set password_hash = ${passwordHash}, password_version = password_version + 1,
        password_changed_at = ${now}
      from spent where users.id = spent.user_id
      returning users.id, users.email, users.full_name
    ),
    ended as (
      delete from sessions using spent where sessions.user_id = spent.user_id
    ),
    noted as (
      insert into security_events (user_id, kind, request_id, device, created_at)
      select id, 'password-changed', ${requestId}, ${device}, ${now} from changed
    ),
    told as (
      insert into mail_outbox (id, kind, user_id, recipient, recipient_name, composed_at, expires_at, device, request_id, due_at, created_at)
      select ${newRequestId()}::uuid, 'password-changed', id, email, full_name, ${now},
        ${instantParam(secondsAfter(ctx.now, CHANGED_EMAIL_TTL_SECONDS))}, ${device}, ${requestId}, ${now}, ${now}
      from changed
    )
    select count(*)::int as changed from changed`,
  )
  return answer?.changed === 1
}
