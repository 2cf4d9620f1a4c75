import { sql } from 'drizzle-orm'
import { type RecoveryContext, secondsAfter } from '@/server/core/context'
import { RecoveryError } from '@/server/core/errors'
import { newRequestId, readSignedId } from '@/server/core/secrets'
import { instantParam, runStatement } from '@/server/db/client'
import { counting } from '@/server/limits/counter'
import { SECURE_ACCOUNT_TTL_SECONDS } from '@/server/mail/emails'

/**
 * "This wasn't me", from the mail that told of a changed password (SP 800-63B-4 §4.2.3): the password that
 * somebody else chose stops working, every session ends, and a recovery mail is on its way. One statement.
 * Only the newest change can be disowned, once: an old mail must not undo what its owner did since.
 *
 * @throws RecoveryError `link-unknown` (never mailed), `link-expired` (older than a week), `link-used`
 *   (disowned already, or the password was changed again), `too-many-requests`.
 */
export async function secureAccount(ctx: RecoveryContext, input: { token: string }): Promise<void> {
  const noticeId = readSignedId(ctx.secrets, 'not-me', input.token)
  const subjects = { address: ctx.requester.address, now: ctx.now, scale: ctx.policy.rateLimitScale }
  const now = instantParam(ctx.now)
  const { requestId, device } = ctx.requester
  const [answer] = await runStatement<{ retry_after: number | null; fresh: boolean | null; disowned: boolean }>(
    ctx.db,
    sql`with ${counting('secure-account', subjects)},
    notice as (
      select user_id, created_at, created_at > ${instantParam(secondsAfter(ctx.now, -SECURE_ACCOUNT_TTL_SECONDS))} as fresh
      from mail_outbox, refused
      where id = ${noticeId}::uuid and kind = 'password-changed' and retry_after is null
    ),
    disowned as (
      update users set password_hash = null, password_version = password_version + 1, password_changed_at = ${now}
      from notice
      where users.id = notice.user_id and notice.fresh and users.password_changed_at <= notice.created_at
      returning users.id, users.email
    ),
    ended as (
      delete from sessions using disowned where sessions.user_id = disowned.id
    ),
    revoked as (
      update password_reset_tokens set superseded_at = ${now} from disowned
      where user_id = disowned.id and used_at is null and superseded_at is null
    ),
    noted as (
      insert into security_events (user_id, kind, request_id, device, created_at)
      select id, 'account-secured', ${requestId}, ${device}, ${now} from disowned
    ),
    asked as (
      insert into mail_outbox (id, kind, exempt_from_cooldown, user_id, device, request_id, due_at, created_at)
      select ${newRequestId()}::uuid, 'password-reset', true, id, ${device}, ${requestId}, ${now}, ${now}
      from disowned
    )
    select retry_after, (select fresh from notice) as fresh, exists (select from disowned) as disowned from refused`,
  )
  if (answer?.retry_after != null)
    throw new RecoveryError('too-many-requests', { retryAfterSeconds: answer.retry_after })
  if (answer?.fresh == null) throw new RecoveryError('link-unknown')
  if (!answer.fresh) throw new RecoveryError('link-expired')
  if (!answer.disowned) throw new RecoveryError('link-used')
  ctx.wakeMailWorker()
}
