import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { accountState } from '@/server/accounts/account-state'
import { type RecoveryContext, secondsAfter } from '@/server/core/context'
import { RecoveryError } from '@/server/core/errors'
import type { Identifier } from '@/server/core/schemas'
import { codeDigestOf, digestOf, newGrant, newRequestId, sameBytes } from '@/server/core/secrets'
import { instantParam, runStatement } from '@/server/db/client'
import { counting } from '@/server/limits/counter'
import { countingTry, lockoutDigestOf, lockoutSubjects, TRIES } from './lockout'

interface Try {
  retry_after: number | null
  admitted: boolean | null
  allowed: boolean | null
  tries: number
  blockedUntil: string | null
  userId: string | null
  tokenId: string | null
  codeHash: Buffer | null
}

/**
 * Checks a six-digit code and gives a grant for it: 60 letters and digits, good once, for `resetPassword`
 * alone. The try is counted, and that committed, before anything is compared; a right code, or the third
 * wrong one, takes one statement more. An account that does not exist takes the same way (ASVS 6.3.8).
 *
 * @throws RecoveryError `code-wrong` (with the tries left), `code-blocked` and `too-many-requests` (with the
 *   wait), `account-unknown` under `reveal`.
 */
export async function verifyCode(
  ctx: RecoveryContext,
  input: { account: Identifier; code: string },
): Promise<{ grant: string }> {
  const digest = lockoutDigestOf(ctx.secrets, input.account)
  const attempt = await countTry(ctx, input.account, digest)
  if (attempt.retry_after != null) {
    throw new RecoveryError('too-many-requests', { retryAfterSeconds: attempt.retry_after })
  }
  if (ctx.policy.disclosure === 'reveal' && !attempt.userId) throw new RecoveryError('account-unknown')
  const blockedFor = attempt.blockedUntil
    ? Math.max(0, Math.ceil((new Date(attempt.blockedUntil).getTime() - ctx.now.getTime()) / 1000))
    : 0
  if (!attempt.admitted) throw new RecoveryError('code-blocked', { retryAfterSeconds: blockedFor })

  const grant = newGrant()
  if (isRight(ctx, attempt, input.code) && attempt.allowed && (await acceptCode(ctx, attempt, digest, grant)))
    return { grant }

  const triesLeft = TRIES - attempt.tries
  if (triesLeft > 0) throw new RecoveryError('code-wrong', { triesLeft })
  await noteBlock(ctx, attempt)
  ctx.count?.('lockouts')
  throw new RecoveryError('code-wrong', { triesLeft, retryAfterSeconds: blockedFor })
}

async function countTry(ctx: RecoveryContext, account: Identifier, digest: Buffer): Promise<Try> {
  const now = instantParam(ctx.now)
  const { disclosure } = ctx.policy
  const subjects = { address: ctx.requester.address, now: ctx.now, scale: ctx.policy.rateLimitScale }
  const [attempt] = await runStatement<Try>(
    ctx.db,
    sql`with ${counting('verify-code', subjects)}, ${lockoutSubjects(account, digest, disclosure)},
    ${countingTry(randomUUID(), ctx.now, disclosure)}
    select retry_after, admitted, allowed, tries, blocked_until as "blockedUntil", account.id as "userId",
      t.id as "tokenId", t.code_hash as "codeHash"
    from refused left join told on true left join compared on true left join account on true
      left join password_reset_tokens t on t.user_id = account.id and t.used_at is null and t.superseded_at is null
        and t.code_used_at is null and t.code_expires_at > ${now}`,
  )
  return attempt as Try
}

/** Compares under every secret of the ring; without a live code, against a row that cannot be. */
function isRight(ctx: RecoveryContext, attempt: Try, code: string): boolean {
  const id = attempt.tokenId ?? newRequestId()
  const expected = attempt.codeHash ?? digestOf(id)
  return ctx.secrets.some((secret) => sameBytes(codeDigestOf(secret, id, code), expected))
}

/** Spends the code for a grant and clears the count, in one statement; false when somebody was faster. */
async function acceptCode(ctx: RecoveryContext, attempt: Try, digest: Buffer, grant: string): Promise<boolean> {
  const now = instantParam(ctx.now)
  const [answer] = await runStatement<{ accepted: number }>(
    ctx.db,
    sql`with accepted as (
      update password_reset_tokens t set code_used_at = ${now}, grant_hash = ${digestOf(grant)},
        grant_expires_at = ${instantParam(secondsAfter(ctx.now, ctx.policy.grantTtlSeconds))}
      from users u
      where t.id = ${attempt.tokenId}::uuid and t.used_at is null and t.superseded_at is null
        and t.code_used_at is null and t.code_expires_at > ${now}
        and u.id = t.user_id and t.account_state = ${accountState} and u.deactivated_at is null
      returning t.user_id
    ),
    held as (
      -- In the order in which tries lock them, or the two would wait for each other.
      select subject from code_lockouts
      where subject in (select 'account ' || user_id from accepted)
        or subject = ${`typed ${digest.toString('base64url')}`} and exists (select from accepted)
      order by subject desc for update
    ),
    cleared as (
      delete from code_lockouts using held where code_lockouts.subject = held.subject
    ),
    noted as (
      insert into security_events (user_id, kind, request_id, device, created_at)
      select user_id, 'code-accepted', ${ctx.requester.requestId}, ${ctx.requester.device}, ${now} from accepted
    )
    select count(*)::int as accepted from accepted`,
  )
  return answer?.accepted === 1
}

/** The audit row of a block, written for accounts that do not exist too, so that both take as long. */
async function noteBlock(ctx: RecoveryContext, attempt: Try): Promise<void> {
  const { requestId, device } = ctx.requester
  await runStatement(
    ctx.db,
    sql`insert into security_events (user_id, kind, request_id, device, created_at)
    values (${attempt.userId}::uuid, 'code-blocked', ${requestId}, ${device}, ${instantParam(ctx.now)})`,
  )
}
