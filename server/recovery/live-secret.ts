import { accountState, isActive } from '@/server/accounts/account-state'
import { type RecoveryContext, secondsAfter } from '@/server/core/context'
import type { PausableSecret } from '@/server/core/pauses'
import { instantParam } from '@/server/db/client'
import { type SQL, sql } from '@/server/db/sql'

/**
 * SQL conditions that decide whether a secret still works. They expect a row of `password_reset_tokens` as `t`. Those
 * that check the account also expect its row of `latchkey.accounts` as `a`.
 */

/** The forms in which a row's secret is presented. */
export type SecretKind = 'link' | 'jwt' | 'grant'

/** What an operator pauses to stop secrets of this kind. */
export const pausableKind = (kind: SecretKind): PausableSecret => (kind === 'grant' ? 'codes' : 'links')

/** The row was neither used nor superseded. A unique index allows one such row per account. */
export const isOpen = sql.raw('t.used_at is null and t.superseded_at is null')

/** The same condition as the index has it, for `on conflict`. */
export const isOpenInIndex = sql.raw('used_at is null and superseded_at is null')

/** The account is active, and its address and password are what they were when the email was written. */
const isAccountUnchanged = sql`t.account_state = ${accountState} and ${isActive}`

/**
 * The row was not used, and was not superseded, or is kept because a reset was in progress when a newer request came.
 * Codes need `isOpen`: only that of the newest email works.
 */
export const isOpenOrKept = sql.raw('t.used_at is null and (t.superseded_at is null or t.kept_until is not null)')

/** When the row stops working for a secret of this kind. */
export const expiryOf = (kind: SecretKind): SQL =>
  kind === 'grant' ? sql`least(t.grant_expires_at, t.kept_until)` : sql`least(t.expires_at, t.kept_until)`

/** How long a link counts as a reset in progress after it was followed, and how long it is then kept, in seconds. */
const PROGRESS_SECONDS = 600

/**
 * SQL: until when a row that is superseded now is kept: as long as its grant works, and for ten minutes if its link was
 * followed in the last ten. Null if no reset is in progress. A stranger who asks again must not end one.
 */
export const keptUntil = (now: Date): SQL => sql`greatest(
    case when t.grant_expires_at > ${instantParam(now)} then t.grant_expires_at end,
    case when t.opened_at > ${instantParam(secondsAfter(now, -PROGRESS_SECONDS))}
      then ${instantParam(secondsAfter(now, PROGRESS_SECONDS))} end)`

/** A row was superseded and is kept for the sake of such a secret. A link is kept only if it was followed before. */
const isKeptFor = (kind: SecretKind, now: Date): SQL => {
  const isKept = sql`t.superseded_at is not null and t.kept_until > ${instantParam(now)}`
  return kind === 'grant'
    ? isKept
    : sql`${isKept} and t.opened_at > t.superseded_at - make_interval(secs => ${PROGRESS_SECONDS})`
}

/** A link or grant of the row works now, unless its account has changed. */
export const isUnexpired = (kind: SecretKind, now: Date): SQL =>
  sql`(${isOpen} or t.used_at is null and ${isKeptFor(kind, now)}) and ${expiryOf(kind)} > ${instantParam(now)}`

/** A link or grant of the row works now. */
export const isLive = (kind: SecretKind, now: Date): SQL => sql`${isUnexpired(kind, now)} and ${isAccountUnchanged}`

/** The code of the row works now, unless its account has changed. */
export const isUnexpiredCode = (now: Date): SQL =>
  sql`${isOpen} and t.code_used_at is null and t.code_expires_at > ${instantParam(now)}`

/** The code of the row works now. */
export const isLiveCode = (now: Date): SQL => sql`${isUnexpiredCode(now)} and ${isAccountUnchanged}`

/**
 * The code of the row was accepted, and its grant was not used yet. The browser that made this request may enter it again:
 * it may not have got the grant, because of a second click or a bad line.
 * @param requestId of the browser's flow cookie, or null
 */
export const isRepeatableCode = (now: Date, requestId: string | null): SQL =>
  sql`t.id = ${requestId}::uuid and ${isOpen} and t.code_used_at is not null
    and t.grant_expires_at > ${instantParam(now)} and ${isAccountUnchanged}`

/** The code of the row would work by its age. The code of a frozen account was ended, but its owner is told why. */
export const isRecentCode = (ctx: Pick<RecoveryContext, 'now' | 'policy'>): SQL =>
  sql`${isOpen} and t.code_used_at is null
    and t.created_at > ${instantParam(secondsAfter(ctx.now, -ctx.policy.codeTtlSeconds))}`

export type CauseOfDeath = 'used' | 'superseded' | 'expired'

/** SQL: why a link or grant of the row does not work, or null if it does. Returns the first cause that applies. */
export const causeOfDeath = (kind: SecretKind, now: Date): SQL => sql`case
    when t.used_at is not null then 'used'
    when t.superseded_at is not null and (${isKeptFor(kind, now)}) is not true then 'superseded'
    when (${isLive(kind, now)}) is not true then 'expired' end`
