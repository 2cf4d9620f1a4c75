import { isActive } from '@/server/accounts/account-state'
import { hasId } from '@/server/accounts/find-account'
import type { PasswordOwner } from '@/server/accounts/password-policy'
import { type RecoveryContext, secondsAfter } from '@/server/core/context'
import { type DeadSecretCode, RecoveryError } from '@/server/core/errors'
import { digestOf, isGrant, isLinkToken } from '@/server/core/secrets'
import { instantParam } from '@/server/db/client'
import { type SQL, sql } from '@/server/db/sql'
import { type Step, step } from '@/server/db/statement'
import type { LimitCheck } from '@/server/limits/counter'
import { runLimited } from '@/server/limits/run-limited'
import { mayReveal, refuseUnknownAccount } from './disclosure'
import { endSecretsOfChanged } from './end-changed'
import { isFrozen } from './frozen'
import { readLinkJwt } from './link-forms'
import { type CauseOfDeath, causeOfDeath, expiryOf, isOpen, pausableKind, type SecretKind } from './live-secret'

/** A secret as a browser or a program presents it. */
export type PresentedSecret =
  | { kind: 'link'; token: string; accountId?: string } // 43 characters, base64url; the account's id where the link names it
  | { kind: 'jwt'; token: string } // an emailed JWT
  | { kind: 'grant'; token: string } // 60 letters and digits, in exchange for a code

/** Tells the kind of a secret by its shape. A token of no known shape is a link, which will not be found. */
export function presentedSecret(token: string): PresentedSecret {
  if (isGrant(token)) return { kind: 'grant', token }
  return { kind: token.includes('.') ? 'jwt' : 'link', token }
}

/** Whether it can be a secret at all, as far as that shows without a look-up. For a JWT, that we signed it. */
export async function canBeSecret({ secrets }: RecoveryContext, { kind, token }: PresentedSecret): Promise<boolean> {
  if (kind === 'jwt') return (await readLinkJwt(secrets, token)) !== null
  return kind === 'grant' ? isGrant(token) : isLinkToken(token)
}

/** What a live secret gives access to. */
export interface LiveSecret {
  /** The id of the request it belongs to: the row that `resetPassword` spends. */
  id: string
  accountId: string
  owner: PasswordOwner
  expiresAt: Date
}

interface FoundSecret extends PasswordOwner {
  isAccountKnown: boolean
  id: string | null
  accountId: string
  expiresAt: Date
  causeOfDeath: CauseOfDeath | null
  isActive: boolean | null
  isFrozen: boolean
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
 *   `grant-expired`, `account-frozen`, `*-paused`, `too-many-requests`; under `reveal` `account-unknown`, for a link that names no account
 */
export async function findLiveSecret(
  ctx: RecoveryContext,
  secret: PresentedSecret,
  action: 'open-link' | 'show-reset-form' | 'reset-password',
): Promise<LiveSecret> {
  const matches = await matchesSecret(ctx, secret)
  const found = await runLimited<FoundSecret>(ctx, { action, secret: pausableKind(secret.kind) }, (check) => ({
    steps: opens(action, secret) ? [recordOpening(ctx, matches, check)] : [],
    query: sql`select ${check.result}.*, ${isAccountKnown(ctx, secret)} as "isAccountKnown",
      t.id, t.account_id as "accountId", a.email, coalesce(a.username, '') as username, coalesce(a.full_name, '') as "fullName",
      ${expiryOf(secret.kind)} as "expiresAt", ${causeOfDeath(secret.kind, ctx.now)} as "causeOfDeath",
      ${isActive} as "isActive", ${isFrozen(sql`t.account_id`)} as "isFrozen"
    from ${check.result}
      left join latchkey.password_reset_tokens t on ${matches}
      left join latchkey.accounts a on ${hasId(sql`t.account_id`)}`,
  }))
  refuseUnknownAccount(ctx, found.isAccountKnown)
  const { id, accountId, email, username, fullName, expiresAt } = found
  if (id === null) throw new RecoveryError(DEATH_CODES[secret.kind].unknown)
  if (!found.isActive || found.causeOfDeath === 'expired') await endSecretsOfChanged(ctx, id)
  if (found.isFrozen) throw new RecoveryError('account-frozen')
  if (found.causeOfDeath) throw new RecoveryError(DEATH_CODES[secret.kind][found.causeOfDeath])
  return { id, accountId, owner: { email, username, fullName }, expiresAt }
}

/** The links of `jwt` and `v1` lead straight to the form, so showing it counts as following the link too. */
const opens = (action: string, { kind }: PresentedSecret) =>
  action === 'open-link' || (action === 'show-reset-form' && kind !== 'grant')

/** Records that the link was followed, so that the reset in progress survives a newer request. At most once a minute. */
const recordOpening = (ctx: RecoveryContext, matches: SQL, check: LimitCheck): Step =>
  step(
    'recorded_opening',
    sql`update latchkey.password_reset_tokens t set opened_at = ${instantParam(ctx.now)} from ${check.result}
    where ${check.passed} and ${matches} and ${isOpen}
      and coalesce(t.opened_at < ${instantParam(secondsAfter(ctx.now, -60))}, true)`,
  )

/** A condition on a row `t` of `password_reset_tokens`: the secret belongs to it. */
export async function matchesSecret(ctx: RecoveryContext, secret: PresentedSecret): Promise<SQL> {
  const { kind, token } = secret
  if (kind === 'grant') return isGrant(token) ? sql`t.grant_hash = ${digestOf(token)}` : sql`false`
  if (kind === 'jwt') {
    const named = await readLinkJwt(ctx.secrets, token)
    return named ? sql`t.token_hash = ${digestOf(named.resetToken)} and t.account_id = ${named.accountId}` : sql`false`
  }
  if (!isLinkToken(token)) return sql`false`
  const ofAccount = secret.accountId === undefined ? sql`` : sql` and t.account_id = ${secret.accountId}`
  return sql`t.token_hash = ${digestOf(token)}${ofAccount}`
}

/** SQL: false when the link names an account that does not exist, and the policy allows to say so. */
function isAccountKnown(ctx: RecoveryContext, secret: PresentedSecret): SQL {
  if (!mayReveal(ctx) || secret.kind !== 'link' || secret.accountId === undefined) return sql`true`
  return sql`exists (select from latchkey.accounts a where ${hasId(sql`${secret.accountId}`)} and ${isActive})`
}
