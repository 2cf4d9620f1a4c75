import { type SQL, sql } from 'drizzle-orm'
import { instantParam, runStatement } from '@/server/db/client'
import { counting } from '@/server/limits/counter'
import { accountState } from './account-state'
import type { RecoveryContext } from './context'
import { RecoveryError } from './errors'
import type { PasswordOwner } from './password-policy'
import { digestOf, isLinkToken } from './secrets'

/** A secret as a browser or a program presents it. */
export interface PresentedSecret {
  /** The 43-character token of a mailed link. */
  linkToken: string
}

/** What a secret opens while it is live. */
export interface LiveSecret {
  /** The request it belongs to: the row that a reset spends. */
  id: string
  userId: string
  owner: PasswordOwner
  expiresAt: Date
}

interface TokenRow {
  retry_after: number | null
  id: string | null
  userId: string
  email: string
  username: string
  fullName: string
  expiresAt: string
  used: boolean
  superseded: boolean
  expired: boolean
  stale: boolean
}

/** The condition that finds a row of `password_reset_tokens t`, or null when the secret cannot be one. */
function matchesSecret(secret: PresentedSecret): SQL | null {
  return isLinkToken(secret.linkToken) ? sql`t.token_hash = ${digestOf(secret.linkToken)}` : null
}

/**
 * Looks at a secret without spending it. One statement, which also counts the limits of `action`.
 * @throws RecoveryError `link-unknown`, `link-used`, `link-superseded`, `link-expired`, `too-many-requests`.
 */
export async function findLiveSecret(
  ctx: RecoveryContext,
  secret: PresentedSecret,
  action: 'open-link' | 'reset-password',
): Promise<LiveSecret> {
  const subjects = { address: ctx.requester.address, now: ctx.now, scale: ctx.policy.rateLimitScale }
  const [row] = await runStatement<TokenRow>(
    ctx.db,
    sql`with ${counting(action, subjects)}
    select retry_after, t.id, t.user_id as "userId", u.email, u.username, u.full_name as "fullName",
      t.expires_at as "expiresAt", t.used_at is not null as used, t.superseded_at is not null as superseded,
      t.expires_at <= ${instantParam(ctx.now)} as expired,
      t.account_state <> ${accountState} or u.deactivated_at is not null as stale
    from refused
      left join password_reset_tokens t on ${matchesSecret(secret) ?? sql`false`}
      left join users u on u.id = t.user_id`,
  )
  if (row?.retry_after != null) throw new RecoveryError('too-many-requests', { retryAfterSeconds: row.retry_after })
  if (!row?.id) throw new RecoveryError('link-unknown')
  if (row.used) throw new RecoveryError('link-used')
  if (row.superseded) throw new RecoveryError('link-superseded')
  if (row.expired) throw new RecoveryError('link-expired')
  // The account has changed under the link; to its holder it is simply no longer good.
  if (row.stale) throw new RecoveryError('link-expired')
  const { id, userId, email, username, fullName } = row
  return { id, userId, owner: { email, username, fullName }, expiresAt: new Date(row.expiresAt) }
}

/**
 * Opens a mailed link: is it live, and until when? Spends nothing, for mail scanners open links too.
 * @throws RecoveryError `link-unknown`, `link-used`, `link-superseded`, `link-expired`, `too-many-requests`.
 */
export async function openLink(ctx: RecoveryContext, secret: PresentedSecret): Promise<{ expiresAt: Date }> {
  const { expiresAt } = await findLiveSecret(ctx, secret, 'open-link')
  return { expiresAt }
}
