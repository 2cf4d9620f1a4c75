import { sql } from 'drizzle-orm'
import { findAccount } from '@/server/accounts/find-account'
import { type RecoveryContext, secondsAfter } from '@/server/core/context'
import { RecoveryError } from '@/server/core/errors'
import { foldCase, type Identifier } from '@/server/core/schemas'
import { identifierDigestOf, newRequestId } from '@/server/core/secrets'
import { instantParam, runStatement } from '@/server/db/client'
import type { LinkForm } from '@/server/db/schema'
import { counting } from '@/server/limits/counter'

export type ResetRequest = (
  | { account: Identifier } // typed by anybody
  | { userId: string; email: string } // somebody signed in, for the account that is theirs
) & {
  /** The form of the mailed link; the pages' own unless an interface documents another. */
  form?: LinkForm
  /** When the worker may have it; now, unless the caller answers it itself. */
  dueInSeconds?: number
  /** Refuse a second request within the cooldown, instead of answering as before and mailing nothing. */
  refuseWithinCooldown?: boolean
}

/**
 * Asks for a reset. One statement for everybody alike: it counts the limits and queues the request;
 * nobody is looked up, so known and unknown accounts cannot differ (OWASP Forgot Password Cheat Sheet).
 * The worker answers the row moments later. Under `reveal` a look-up goes first.
 *
 * @returns the request's id, from which its secrets are derived.
 * @throws RecoveryError `too-many-requests`; `asked-too-soon` where that is to be told; `account-unknown`
 *   under `reveal`.
 */
export async function requestReset(ctx: RecoveryContext, input: ResetRequest): Promise<{ id: string }> {
  const id = newRequestId()
  const [typed, userId] = 'userId' in input ? [null, input.userId] : [input.account, null]
  const known = ctx.policy.disclosure === 'reveal' && typed ? await findAccount(ctx, typed) : null
  // Where accounts are told of anyway, a cooldown is the account's, whichever of its two names was typed.
  const email = 'userId' in input ? input.email : known?.email
  const digest = identifierDigestOf(ctx.secrets[0], email ? foldCase(email) : (typed as string))
  const now = instantParam(ctx.now)
  const { address, device, requestId } = ctx.requester
  const subjects = { address, identifierDigest: digest, now: ctx.now, scale: ctx.policy.rateLimitScale }

  const [answer] = await runStatement<{ retry_after: number | null; cooling: number | null }>(
    ctx.db,
    sql`with ${counting('request-reset', subjects, ctx.policy.sendCooldownSeconds)},
    queued as (
      insert into mail_outbox
        (id, kind, form, identifier, identifier_digest, user_id, device, request_id, due_at, created_at)
      select ${id}::uuid, 'password-reset', ${input.form ?? 'pages'}, ${typed}, ${digest}, ${userId}::uuid, ${device},
        ${requestId}, ${instantParam(secondsAfter(ctx.now, input.dueInSeconds ?? 0))}, ${now}
      from refused where retry_after is null and (cooling is null or not ${input.refuseWithinCooldown ?? false})
    )
    select retry_after, cooling from refused`,
  )
  if (answer?.retry_after != null) {
    throw new RecoveryError('too-many-requests', { retryAfterSeconds: answer.retry_after })
  }
  if (ctx.policy.disclosure === 'reveal' && typed && !known) throw new RecoveryError('account-unknown')
  if (answer?.cooling != null && input.refuseWithinCooldown) {
    throw new RecoveryError('asked-too-soon', { retryAfterSeconds: answer.cooling })
  }
  ctx.wakeMailWorker()
  ctx.count?.('requests')
  return { id }
}
