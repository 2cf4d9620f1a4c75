import { type SQL, sql } from 'drizzle-orm'
import { accountState } from '@/server/accounts/account-state'
import type { PasswordOwner } from '@/server/accounts/password-policy'
import type { RecoveryContext } from '@/server/core/context'
import { RecoveryError, type RecoveryErrorCode } from '@/server/core/errors'
import { digestOf, isGrant, isLinkToken } from '@/server/core/secrets'
import { instantParam, runStatement } from '@/server/db/client'
import { counting } from '@/server/limits/counter'
import { readLinkJwt } from './link-forms'

/** A secret as a browser or a program presents it. */
export type PresentedSecret =
  | { kind: 'link'; token: string; userId?: string } // 43 characters, base64url, and whose, where a link says so
  | { kind: 'jwt'; token: string } // a mailed JWT
  | { kind: 'grant'; token: string } // 60 letters and digits, earned with a code

/** A secret by its shape, for callers that take every kind; what fits none is an unknown link. */
export function presentedSecret(token: string): PresentedSecret {
  if (isGrant(token)) return { kind: 'grant', token }
  return { kind: token.includes('.') ? 'jwt' : 'link', token }
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
  owned: boolean
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

/** The condition that finds a row of `password_reset_tokens t`; nothing is looked for that cannot be one. */
async function matchesSecret(ctx: RecoveryContext, secret: PresentedSecret): Promise<SQL> {
  const { kind, token } = secret
  if (kind === 'grant') return isGrant(token) ? sql`t.grant_hash = ${digestOf(token)}` : sql`false`
  if (kind === 'jwt') {
    const named = await readLinkJwt(ctx.secrets, token)
    return named ? sql`t.token_hash = ${digestOf(named.resetToken)} and t.user_id = ${named.userId}::uuid` : sql`false`
  }
  if (!isLinkToken(token)) return sql`false`
  const whose = secret.userId === undefined ? sql`` : sql` and t.user_id = ${secret.userId}::uuid`
  return sql`t.token_hash = ${digestOf(token)}${whose}`
}

/** Whether the account that a link names is one; told under `reveal` alone. */
function ownerExists(ctx: RecoveryContext, secret: PresentedSecret): SQL {
  if (ctx.policy.disclosure !== 'reveal' || secret.kind !== 'link' || secret.userId === undefined) return sql`true`
  return sql`exists (select from users where id = ${secret.userId}::uuid and deactivated_at is null)`
}

/** When a row of `t` stops opening for a secret of this kind. */
export const expiryOf = (kind: PresentedSecret['kind']): SQL =>
  kind === 'grant' ? sql`t.grant_expires_at` : sql`t.expires_at`

/**
 * Looks at a secret without spending it. One statement, which also counts the limits of `action`.
 * @throws RecoveryError `link-unknown`, `link-used`, `link-superseded`, `link-expired`, `grant-unknown`,
 *   `grant-expired`, `too-many-requests`; `account-unknown` under `reveal`, for a link that names nobody.
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
    select retry_after, ${ownerExists(ctx, secret)} as owned,
      t.id, t.user_id as "userId", u.email, u.username, u.full_name as "fullName",
      ${expiryOf(secret.kind)} as "expiresAt", t.used_at is not null as used, t.superseded_at is not null as superseded,
      ${expiryOf(secret.kind)} <= ${instantParam(ctx.now)} as expired,
      t.account_state <> ${accountState} or u.deactivated_at is not null as stale
    from refused
      left join password_reset_tokens t on ${await matchesSecret(ctx, secret)}
      left join users u on u.id = t.user_id`,
  )
  if (row?.retry_after != null) throw new RecoveryError('too-many-requests', { retryAfterSeconds: row.retry_after })
  if (!row?.owned) throw new RecoveryError('account-unknown')
  const dead = !row.id ? 'unknown' : deathOf(row)
  if (dead) throw new RecoveryError(DEAD[secret.kind][dead])
  const { id, userId, email, username, fullName, expiresAt } = row as TokenRow & { id: string }
  return { id, userId, owner: { email, username, fullName }, expiresAt: new Date(expiresAt) }
}

type Death = 'unknown' | 'used' | 'superseded' | 'expired'

function deathOf(row: TokenRow): Death | null {
  if (row.used) return 'used'
  if (row.superseded) return 'superseded'
  // An account that has changed under its link: to the holder it is simply no longer good.
  return row.expired || row.stale ? 'expired' : null
}

const DEAD: Record<PresentedSecret['kind'], Record<Death, RecoveryErrorCode>> = {
  link: { unknown: 'link-unknown', used: 'link-used', superseded: 'link-superseded', expired: 'link-expired' },
  jwt: { unknown: 'link-unknown', used: 'link-used', superseded: 'link-superseded', expired: 'link-expired' },
  grant: { unknown: 'grant-unknown', used: 'grant-unknown', superseded: 'grant-unknown', expired: 'grant-expired' },
}

/**
 * Opens a mailed link, or shows a grant: is it live, and until when? Spends nothing, for mail scanners open
 * links too.
 * @throws RecoveryError as `findLiveSecret`.
 */
export async function openLink(ctx: RecoveryContext, secret: PresentedSecret): Promise<{ expiresAt: Date }> {
  const { expiresAt } = await findLiveSecret(ctx, secret, 'open-link')
  return { expiresAt }
}
