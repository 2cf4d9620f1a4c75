import { type SQL, sql } from 'drizzle-orm'
import { isActive } from '@/server/accounts/account-state'
import type { PasswordOwner } from '@/server/accounts/password-policy'
import type { RecoveryContext } from '@/server/core/context'
import { type DeadSecretCode, RecoveryError } from '@/server/core/errors'
import { digestOf, isGrant, isLinkToken } from '@/server/core/secrets'
import { runLimited } from '@/server/limits/run-limited'
import { mayReveal, refuseUnknownAccount } from './disclosure'
import { readLinkJwt } from './link-forms'
import { type CauseOfDeath, causeOfDeath, expiryOf, type SecretKind } from './live-secret'

/** A secret as a browser or a program presents it. */
export type PresentedSecret =
  | { kind: 'link'; token: string; userId?: string } // 43 characters, base64url; the account's id where the link names it
  | { kind: 'jwt'; token: string } // an emailed JWT
  | { kind: 'grant'; token: string } // 60 letters and digits, in exchange for a code

/** Tells the kind of a secret by its shape. A token of no known shape is a link, which will not be found. */
export function presentedSecret(token: string): PresentedSecret {
  if (isGrant(token)) return { kind: 'grant', token }
  return { kind: token.includes('.') ? 'jwt' : 'link', token }
}

/** What a live secret gives access to. */
export interface LiveSecret {
  /** The id of the request it belongs to: the row that `resetPassword` spends. */
  id: string
  userId: string
  owner: PasswordOwner
  expiresAt: Date
}

interface FoundSecret extends PasswordOwner {
  isAccountKnown: boolean
  id: string | null
  userId: string
  expiresAt: Date
  causeOfDeath: CauseOfDeath | null
}

/** The error code for a dead secret of each kind. */
const DEATH_CODES: Record<SecretKind, Record<CauseOfDeath | 'unknown', DeadSecretCode>> = {
  link: { unknown: 'link-unknown', used: 'link-used', superseded: 'link-superseded', expired: 'link-expired' },
  jwt: { unknown: 'link-unknown', used: 'link-used', superseded: 'link-superseded', expired: 'link-expired' },
  grant: { unknown: 'grant-unknown', used: 'grant-unknown', superseded: 'grant-unknown', expired: 'grant-expired' },
}

/**
 * Finds a secret that works now, without spending it. One statement, which counts the limits of `action`.
 * @throws RecoveryError `link-unknown`, `link-used`, `link-superseded`, `link-expired`, `grant-unknown`,
 *   `grant-expired`, `too-many-requests`; under `reveal` `account-unknown`, for a link that names no account
 */
export async function findLiveSecret(
  ctx: RecoveryContext,
  secret: PresentedSecret,
  action: 'open-link' | 'show-reset-form' | 'reset-password',
): Promise<LiveSecret> {
  const matches = await matchesSecret(ctx, secret)
  const found = await runLimited<FoundSecret>(ctx, { action }, (check) => ({
    query: sql`select ${check.result}.*, ${isAccountKnown(ctx, secret)} as "isAccountKnown",
      t.id, t.user_id as "userId", u.email, u.username, u.full_name as "fullName",
      ${expiryOf(secret.kind)} as "expiresAt", ${causeOfDeath(secret.kind, ctx.now)} as "causeOfDeath"
    from ${check.result}
      left join password_reset_tokens t on ${matches}
      left join users u on u.id = t.user_id`,
  }))
  refuseUnknownAccount(ctx, found.isAccountKnown)
  const { id, userId, email, username, fullName, expiresAt } = found
  if (id === null) throw new RecoveryError(DEATH_CODES[secret.kind].unknown)
  if (found.causeOfDeath) throw new RecoveryError(DEATH_CODES[secret.kind][found.causeOfDeath])
  return { id, userId, owner: { email, username, fullName }, expiresAt }
}

/** A condition on a row `t` of `password_reset_tokens`: the secret belongs to it. */
async function matchesSecret(ctx: RecoveryContext, secret: PresentedSecret): Promise<SQL> {
  const { kind, token } = secret
  if (kind === 'grant') return isGrant(token) ? sql`t.grant_hash = ${digestOf(token)}` : sql`false`
  if (kind === 'jwt') {
    const named = await readLinkJwt(ctx.secrets, token)
    return named ? sql`t.token_hash = ${digestOf(named.resetToken)} and t.user_id = ${named.userId}::uuid` : sql`false`
  }
  if (!isLinkToken(token)) return sql`false`
  const ofAccount = secret.userId === undefined ? sql`` : sql` and t.user_id = ${secret.userId}::uuid`
  return sql`t.token_hash = ${digestOf(token)}${ofAccount}`
}

/** SQL: false when the link names an account that does not exist, and the policy allows to say so. */
function isAccountKnown(ctx: RecoveryContext, secret: PresentedSecret): SQL {
  if (!mayReveal(ctx) || secret.kind !== 'link' || secret.userId === undefined) return sql`true`
  return sql`exists (select from users u where u.id = ${secret.userId}::uuid and ${isActive})`
}
