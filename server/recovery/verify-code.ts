import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { auditEvent, byRequester } from '@/server/audit/audit-event'
import { type RecoveryContext, secondsAfter } from '@/server/core/context'
import { RecoveryError } from '@/server/core/errors'
import type { Identifier } from '@/server/core/schemas'
import { codeDigestOf, digestOf, newGrant, newRequestId, sameBytes } from '@/server/core/secrets'
import { instantParam, runStatement } from '@/server/db/client'
import { type Step, statementOf, step } from '@/server/db/statement'
import { runLimited } from '@/server/limits/run-limited'
import { refuseUnknownAccount } from './disclosure'
import { isLiveCode } from './live-secret'
import { blockedSeconds, countTry, forgetTries, lockoutSubjects, TRIES } from './lockout'

/** A try that was counted, and the code that it is compared with. */
interface Attempt {
  /** Whether the count that the requester is told admits the try. */
  admitted: boolean
  /** Whether the account's own count lets the code be compared. */
  comparable: boolean | null
  /** Which try of its round this is, from 1. */
  tries: number
  blockedUntil: Date | null
  userId: string | null
  /** The row with the live code, if the account has one. */
  tokenId: string | null
  codeHash: Buffer | null
}

/**
 * Exchanges a six-digit code for a grant: 60 letters and digits that `resetPassword` accepts once. The try is
 * counted and committed before the code is compared. One statement; a right code and the third wrong one take a
 * second. An account that does not exist takes the same statements (ASVS 6.3.8).
 *
 * @throws RecoveryError `code-wrong` (with the tries left), `code-blocked` and `too-many-requests` (with the
 *   wait), `account-unknown` under `reveal`
 */
export async function verifyCode(
  ctx: RecoveryContext,
  input: { account: Identifier; code: string },
): Promise<{ grant: string }> {
  const attempt = await countAttempt(ctx, input.account)
  refuseUnknownAccount(ctx, attempt.userId !== null)
  const retryAfterSeconds = blockedSeconds(ctx, attempt.blockedUntil)
  if (!attempt.admitted) throw new RecoveryError('code-blocked', { retryAfterSeconds })

  const grant = newGrant()
  const isRight = matchesCode(ctx, attempt, input.code) && attempt.comparable
  if (isRight && (await acceptCode(ctx, input.account, attempt, grant))) return { grant }

  const triesLeft = TRIES - attempt.tries
  if (triesLeft > 0) throw new RecoveryError('code-wrong', { triesLeft })
  // Recorded for unknown accounts too, so that both take as long.
  await runStatement(ctx.db, auditEvent({ kind: 'code-blocked', userId: attempt.userId, ...byRequester(ctx) }))
  ctx.count?.('lockouts')
  throw new RecoveryError('code-wrong', { triesLeft, retryAfterSeconds })
}

/** Counts the try, and reads the account's live code. */
function countAttempt(ctx: RecoveryContext, identifier: Identifier): Promise<Attempt> {
  const subjects = lockoutSubjects(ctx, identifier)
  return runLimited<Attempt>(ctx, { action: 'verify-code' }, (check) => {
    const counted = countTry(ctx, subjects, check, randomUUID())
    return {
      steps: [...subjects.steps, ...counted.steps],
      query: sql`select ${check.result}.*, visible.admitted, decisive.admitted as comparable, visible.tries,
        visible.blocked_until as "blockedUntil", u.id as "userId", t.id as "tokenId", t.code_hash as "codeHash"
      from ${check.result} left join ${counted.visible} visible on true left join ${counted.decisive} decisive on true
        left join ${subjects.account} u on true
        left join password_reset_tokens t on t.user_id = u.id and ${isLiveCode(ctx.now)}`,
    }
  })
}

/** Compares a code under every secret of the ring; without a live code, with a digest that no code has. */
function matchesCode(ctx: RecoveryContext, attempt: Attempt, code: string): boolean {
  const id = attempt.tokenId ?? newRequestId()
  const expected = attempt.codeHash ?? digestOf(id)
  return ctx.secrets.some((secret) => sameBytes(codeDigestOf(secret, id, code), expected))
}

/**
 * Uses up the code, stores the grant and forgets earlier tries, in one statement.
 * @returns false when the code was used or died since it was read
 */
async function acceptCode(
  ctx: RecoveryContext,
  identifier: Identifier,
  attempt: Attempt,
  grant: string,
): Promise<boolean> {
  const accepted = exchangeCode(ctx, attempt, grant)
  const event = { kind: 'code-accepted', userId: sql`user_id`, ...byRequester(ctx) } as const
  const audited = step('audited', auditEvent(event, sql`from ${accepted}`))
  const [answer] = await runStatement<{ accepted: number }>(
    ctx.db,
    statementOf(
      [accepted, ...forgetTries(ctx, identifier, accepted), audited],
      sql`select count(*)::int as accepted from ${accepted}`,
    ),
  )
  return answer?.accepted === 1
}

/** Marks a live code as used, and stores the digest of the grant. */
const exchangeCode = (ctx: RecoveryContext, { tokenId }: Attempt, grant: string): Step =>
  step(
    'accepted_code',
    sql`update password_reset_tokens t set code_used_at = ${instantParam(ctx.now)}, grant_hash = ${digestOf(grant)},
      grant_expires_at = ${instantParam(secondsAfter(ctx.now, ctx.policy.grantTtlSeconds))}
    from users u
    where t.id = ${tokenId}::uuid and u.id = t.user_id and ${isLiveCode(ctx.now)}
    returning t.user_id`,
  )
