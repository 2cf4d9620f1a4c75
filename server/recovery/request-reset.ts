import { findAccount } from '@/server/accounts/find-account'
import { type RecoveryContext, secondsAfter } from '@/server/core/context'
import { RecoveryError } from '@/server/core/errors'
import type { Identifier } from '@/server/core/schemas'
import { newRequestId } from '@/server/core/secrets'
import { instantParam } from '@/server/db/client'
import type { LinkForm } from '@/server/db/schema'
import { sql } from '@/server/db/sql'
import { type Step, step } from '@/server/db/statement'
import type { LimitCheck } from '@/server/limits/counter'
import { refuseRememberedNetwork, runLimited } from '@/server/limits/run-limited'
import { cooldownOf } from './cooldown'
import { mayReveal, refuseUnknownAccount } from './disclosure'

export type ResetRequest = (
  | { account: Identifier } // typed by anyone
  | { accountId: string; email: string } // from a signed-in person, for their own account
) & {
  /** The form of the emailed link. By default that of the pages. */
  form?: LinkForm
  /** How long the mail worker must leave the request alone, for a caller that mints it itself. By default 0. */
  dueInSeconds?: number
  /** Refuses a second request within the cooldown, instead of accepting it and sending nothing. */
  refuseWithinCooldown?: boolean
}

/**
 * Requests a reset email. One statement counts the limits and queues the request, and it is the same statement for
 * every identifier: no account is looked up, so known and unknown ones cannot be told apart (OWASP Forgot Password
 * Cheat Sheet). The mail worker looks for the account later (`mintRequests`). Only `reveal` looks for it here as well.
 *
 * @returns the request's id
 * @throws RecoveryError `too-many-requests`; `asked-too-soon` with `refuseWithinCooldown`; `account-unknown` under
 *   `reveal`
 */
export async function requestReset(ctx: RecoveryContext, input: ResetRequest): Promise<{ id: string }> {
  refuseRememberedNetwork(ctx, 'request-reset')
  const id = newRequestId()
  const knownEmail = await findKnownEmail(ctx, input)
  const cooldown = cooldownOf(ctx, knownEmail ?? ('account' in input ? input.account : input.email))
  const { cooldownSecondsLeft } = await runLimited<unknown>(ctx, { action: 'request-reset', ...cooldown }, (check) => ({
    steps: [queueRequest(ctx, { ...input, ...cooldown, id }, check)],
    query: sql`select * from ${check.result}`,
  }))
  refuseUnknownAccount(ctx, knownEmail !== null)
  if (cooldownSecondsLeft !== null && input.refuseWithinCooldown)
    throw new RecoveryError('asked-too-soon', { retryAfterSeconds: cooldownSecondsLeft })
  ctx.wakeMailWorker()
  ctx.count?.('requests')
  return { id }
}

/** The email address of the account, where it may be known: for its owner, and under `reveal`. Otherwise null. */
async function findKnownEmail(ctx: RecoveryContext, input: ResetRequest): Promise<string | null> {
  if ('email' in input) return input.email
  if (!mayReveal(ctx)) return null
  return (await findAccount(ctx, input.account))?.email ?? null
}

/** Queues the request for the mail worker, unless a limit or the cooldown refuses it. */
function queueRequest(
  ctx: RecoveryContext,
  request: ResetRequest & { id: string; identifierDigest: Buffer },
  check: LimitCheck,
): Step {
  const [identifier, accountId] = 'account' in request ? [request.account, null] : [null, request.accountId]
  const dueAt = secondsAfter(ctx.now, request.dueInSeconds ?? 0)
  const { device, locale, requestId } = ctx.requester
  return step(
    'queued_request',
    sql`insert into latchkey.mail_outbox
      (id, kind, form, identifier, identifier_digest, account_id, device, requested_locale, request_id, due_at,
        created_at)
    select ${request.id}::uuid, 'password-reset', ${request.form ?? 'pages'}, ${identifier}, ${request.identifierDigest},
      ${accountId}::text, ${device}, ${locale ?? null}, ${requestId}, ${instantParam(dueAt)}, ${instantParam(ctx.now)}
    from ${check.result}
    where ${check.passed} and (${check.cooledDown} or not ${request.refuseWithinCooldown ?? false})`,
  )
}
