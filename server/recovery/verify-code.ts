import { randomUUID } from 'node:crypto'
import { hasId } from '@/server/accounts/find-account'
import { auditEvent, byRequester } from '@/server/audit/audit-event'
import { type RecoveryContext, secondsAfter } from '@/server/core/context'
import { RecoveryError } from '@/server/core/errors'
import type { Identifier } from '@/server/core/schemas'
import { codeDigestOf, digestOf, newGrant, newRequestId, sameBytes } from '@/server/core/secrets'
import { instantParam, runStatement } from '@/server/db/client'
import { sql } from '@/server/db/sql'
import { type Step, statementOf, step } from '@/server/db/statement'
import { queueEvent } from '@/server/events/queue-event'
import { takeOffAlarm } from '@/server/limits/counter'
import { runLimited } from '@/server/limits/run-limited'
import { refuseUnknownAccount } from './disclosure'
import { isFrozen } from './frozen'
import { isLiveCode, isRecentCode, isRepeatableCode } from './live-secret'
import {
  blockedSeconds,
  type CountedTry,
  countTry,
  forgetTries,
  type LockoutSubjects,
  lockoutSubjects,
  TRIES,
} from './lockout'

/** An account that a typed code may belong to, or the one row that stands for none. */
interface Candidate {
  /** Null if the typed identifier has no account. */
  accountId: string | null
  /** Whether the account's own count lets the code be compared. */
  comparable: boolean | null
  /** Whether codes are off for the account. */
  isOff: boolean | null
  /** The row with the live code, if the account has one. */
  tokenId: string | null
  /** Hexadecimal. */
  codeHash: string | null
  frozen: boolean
}

/** A try that was counted, and what it is compared with. */
interface Attempt {
  /** Whether the count that the requester is told admits the try. */
  admitted: boolean
  /** Which try of its round this is, from 1. */
  tries: number
  blockedUntil: Date | null
  isOff: boolean
  /** One for an unknown account; several where accounts share the typed address. None if the call was refused. */
  candidates: Candidate[]
}

/**
 * Exchanges a six-digit code for a grant: 60 letters and digits that `resetPassword` accepts once. The try is
 * counted and committed before the code is compared. One statement; a right code and the third wrong one take a
 * second. An account that does not exist takes the same statements (ASVS 6.3.8).
 *
 * @param input `requestId` of the request that the browser made: its code may be entered again while its grant works, for
 *   another grant that replaces the first
 * @throws RecoveryError `code-wrong` (with the tries left), `code-blocked`, `codes-off`, `recovery-paused`,
 *   `codes-paused` and `too-many-requests` (with the wait), `account-unknown` under `reveal`; `account-frozen` for a
 *   right code
 */
export async function verifyCode(
  ctx: RecoveryContext,
  input: { account: Identifier; code: string; requestId?: string | undefined },
): Promise<{ grant: string }> {
  const requestId = input.requestId ?? null
  const attempt = await countAttempt(ctx, input.account, requestId)
  refuseUnknownAccount(
    ctx,
    attempt.candidates.some(({ accountId }) => accountId !== null),
  )
  const retryAfterSeconds = blockedSeconds(ctx, attempt.blockedUntil)
  if (!attempt.admitted) throw attempt.isOff ? codesOff() : new RecoveryError('code-blocked', { retryAfterSeconds })

  const grant = newGrant()
  const matching = findMatching(ctx, attempt.candidates, input.code)
  // Only the owner of the mailbox gets here. To everyone else, a frozen account is like an unknown one.
  if (matching?.comparable && matching.frozen) throw new RecoveryError('account-frozen')
  if (matching?.comparable && (await acceptCode(ctx, input.account, matching, { grant, requestId }))) return { grant }

  const triesLeft = TRIES - attempt.tries
  if (triesLeft > 0) throw new RecoveryError('code-wrong', { triesLeft })
  await recordBlock(ctx, attempt.candidates)
  ctx.count?.('lockouts')
  throw attempt.isOff ? codesOff() : new RecoveryError('code-wrong', { triesLeft, retryAfterSeconds })
}

/** For programs whose contract documents a wait. Codes stay off until a reset by link. */
const CODES_OFF_WAIT_SECONDS = 86_400

const codesOff = () => new RecoveryError('codes-off', { retryAfterSeconds: CODES_OFF_WAIT_SECONDS })

/** Counts the try, and reads the live codes of the accounts with this identifier. */
function countAttempt(ctx: RecoveryContext, identifier: Identifier, requestId: string | null): Promise<Attempt> {
  const subjects = lockoutSubjects(ctx, identifier)
  return runLimited<Attempt>(ctx, { action: 'verify-code', secret: 'codes' }, (check) => {
    const counted = countTry(ctx, subjects, check, randomUUID())
    const candidates = findCandidates(ctx, subjects, counted, requestId)
    return {
      steps: [...subjects.steps, ...counted.steps, candidates],
      query: sql`select ${check.result}.*, visible.admitted, visible.tries, visible.blocked_until as "blockedUntil",
        visible.is_off as "isOff",
        (select coalesce(jsonb_agg(c), '[]') from ${candidates} c) as candidates
      from ${check.result} left join ${counted.visible} visible on true`,
    }
  })
}

/**
 * The accounts with the typed identifier, each with its live code if it has one. Without an account, one row that was
 * looked up in the same way, so that both take as long.
 */
function findCandidates(
  ctx: RecoveryContext,
  subjects: LockoutSubjects,
  { decisive }: CountedTry,
  requestId: string | null,
): Step {
  const accountId = sql`coalesce(a.id::text, s.subject)`
  return step(
    'candidates',
    sql`select a.id::text as "accountId", d.admitted as comparable, d.is_off as "isOff", t.id as "tokenId",
      encode(t.code_hash, 'hex') as "codeHash", ${isFrozen(accountId)} as frozen
    from ${subjects.decisive} s left join ${subjects.accounts} a on s.subject = 'account ' || a.id::text
      left join ${decisive} d on d.subject = s.subject
      left join latchkey.password_reset_tokens t on t.account_id = ${accountId} and (
        ${isLiveCode(ctx.now)} or (${isRepeatableCode(ctx.now, requestId)}) or (${isFrozen(accountId)} and ${isRecentCode(ctx)}))`,
  )
}

/**
 * Finds the candidate that a code belongs to, under any secret of the ring. Without a live code to compare with, it
 * does the same work with a digest that no code has.
 */
function findMatching(ctx: RecoveryContext, candidates: Candidate[], code: string): Candidate | undefined {
  const matches = ({ tokenId, codeHash }: Candidate) => {
    const id = tokenId ?? newRequestId()
    const expected = codeHash ? Buffer.from(codeHash, 'hex') : digestOf(id)
    return ctx.secrets.filter((secret) => sameBytes(codeDigestOf(secret, id, code), expected)).length > 0
  }
  return candidates.filter(matches)[0]
}

/**
 * Records that code entry is blocked. An unknown account gets the same rows, so that both take as long: the worker
 * ignores an event without an account.
 */
async function recordBlock(ctx: RecoveryContext, candidates: Candidate[]): Promise<void> {
  const rows = candidates.map((candidate) => ({
    account_id: candidate.accountId,
    kind: candidate.isOff ? 'codes-disabled' : 'code-blocked',
  }))
  const blocked = sql`from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as blocked(account_id text, kind text)`
  const event = { accountId: sql`account_id`, ...byRequester(ctx) }
  const audited = step('audited', auditEvent({ ...event, kind: sql`kind` }, blocked))
  const queued = queueEvent(ctx.policy.sendEvents, { ...event, type: 'code.blocked' }, blocked)
  await runStatement(ctx.db, statementOf([audited, ...queued], sql`select 1`))
  if (ctx.policy.sendEvents) ctx.wakeMailWorker()
}

/**
 * Uses up the code, stores the grant and forgets earlier tries, in one statement.
 * @returns false when the code was used or died since it was read
 */
async function acceptCode(
  ctx: RecoveryContext,
  identifier: Identifier,
  matching: Candidate,
  exchange: { grant: string; requestId: string | null },
): Promise<boolean> {
  const accepted = exchangeCode(ctx, matching, exchange)
  const event = { kind: 'code-accepted', accountId: sql`account_id`, ...byRequester(ctx) } as const
  const audited = step('audited', auditEvent(event, sql`from ${accepted} where is_first`))
  const [answer] = await runStatement<{ accepted: number }>(
    ctx.db,
    statementOf(
      [
        accepted,
        ...forgetTries(ctx, [identifier], sql`select account_id from ${accepted}`),
        takeOffAlarm('verify-code', sql`exists (select from ${accepted})`),
        audited,
      ],
      sql`select count(*)::int as accepted from ${accepted}`,
    ),
  )
  return answer?.accepted === 1
}

/** Marks a live code as used, and stores the digest of the grant. A code that is entered again prolongs nothing. */
const exchangeCode = (
  ctx: RecoveryContext,
  { tokenId }: Candidate,
  { grant, requestId }: { grant: string; requestId: string | null },
): Step =>
  step(
    'accepted_code',
    sql`update latchkey.password_reset_tokens t set grant_hash = ${digestOf(grant)},
      code_used_at = coalesce(t.code_used_at, ${instantParam(ctx.now)}), grant_expires_at = case when t.code_used_at is null
        then ${instantParam(secondsAfter(ctx.now, ctx.policy.grantTtlSeconds))} else t.grant_expires_at end
    from latchkey.accounts a
    where t.id = ${tokenId}::uuid and ${hasId(sql`t.account_id`)} and (${isLiveCode(ctx.now)} or (${isRepeatableCode(ctx.now, requestId)}))
    returning t.account_id, t.code_used_at = ${instantParam(ctx.now)} as is_first`,
  )
