import { type RecoveryContext, secondsAfter, secondsUntil } from '@/server/core/context'
import { identifierDigestOf } from '@/server/core/secrets'
import { foldCase } from '@/server/core/typed-input'
import { type SQL, sql } from '@/server/db/sql'
import type { LimitedCall } from '@/server/limits/run-limited'

/**
 * There are two cooldowns of `policy.sendCooldownSeconds`. One belongs to the account: the mail worker sends it no second reset
 * email meanwhile (`isCoolingDown`). The other belongs to the typed name, is counted with the limits, and is the one that
 * requesters are told about (`cooldownOf`).
 */

/**
 * A condition that the mail worker applies: at `requestedAt`, the account was still cooling down.
 * @param accountId SQL: the account's id as text
 * @param requestedAt SQL: when the email was requested
 */
export const isCoolingDown = (ctx: Pick<RecoveryContext, 'policy'>, accountId: SQL, requestedAt: SQL): SQL =>
  sql`coalesce(${requestedAt} < make_interval(secs => ${ctx.policy.sendCooldownSeconds})
    + (select max(t.created_at) from latchkey.password_reset_tokens t where t.account_id = ${accountId}), false)`

/**
 * Lets the limits of a request report the cooldown to the requester, who must not learn whether the account exists:
 * it runs for the typed identifier. Where the account is known anyway, it runs for its email address, so that both
 * of its names share it.
 * @param name the typed identifier, or the email address of a known account
 */
export const cooldownOf = (
  ctx: Pick<RecoveryContext, 'policy' | 'secrets'>,
  name: string,
): Required<Pick<LimitedCall, 'identifierDigest' | 'cooldownSeconds'>> => ({
  identifierDigest: identifierDigestOf(ctx.secrets[0], foldCase(name)),
  cooldownSeconds: ctx.policy.sendCooldownSeconds,
})

/** Whole seconds until a browser that requested an email at this time may request another; 0 when it may. */
export const cooldownSecondsLeft = (ctx: Pick<RecoveryContext, 'policy' | 'now'>, requestedAt: Date): number =>
  secondsUntil(ctx.now, secondsAfter(requestedAt, ctx.policy.sendCooldownSeconds))
