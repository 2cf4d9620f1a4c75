import { sql } from 'drizzle-orm'
import { type RecoveryContext, secondsAfter } from '@/server/core/context'
import { RecoveryError } from '@/server/core/errors'
import type { Identifier } from '@/server/core/schemas'
import { digestOf, identifierDigestOf } from '@/server/core/secrets'
import { instantParam, runStatement } from '@/server/db/client'
import { counting } from '@/server/limits/counter'
import { type FoundAccount, matchesIdentifier } from './find-account'
import { hashPassword, needsRehash, verifyPassword } from './password-hash'
import { newSessionToken, SESSION_TTL_SECONDS } from './sessions'

export interface SignedIn {
  /** The session token, for the cookie or an `Authorization: Bearer` header. */
  token: string
  account: { email: string; username: string; fullName: string; picture: string | null }
}

/**
 * Signs in with a password. Unknown account, wrong password and deactivated account are one answer,
 * after the same work (WSTG-IDNT-04). Two statements.
 *
 * @throws RecoveryError `sign-in-failed`, `too-many-requests`, `busy`.
 */
export async function signIn(
  ctx: RecoveryContext,
  input: { account: Identifier; password: string },
): Promise<SignedIn> {
  const identifierDigest = identifierDigestOf(ctx.secrets[0], input.account)
  const subjects = { address: ctx.requester.address, identifierDigest, now: ctx.now, scale: ctx.policy.rateLimitScale }
  const [found] = await runStatement<Partial<FoundAccount> & { retry_after: number | null }>(
    ctx.db,
    sql`with ${counting('sign-in', subjects)}
    select retry_after, u.id, email, username, full_name as "fullName", picture, password_hash as "passwordHash"
    from refused left join users u on ${matchesIdentifier(input.account)} and deactivated_at is null`,
  )
  if (found?.retry_after != null) {
    throw new RecoveryError('too-many-requests', { retryAfterSeconds: found.retry_after })
  }
  const account = found?.id ? (found as FoundAccount) : null
  const matches = await verifyPassword(account?.passwordHash ?? null, input.password)

  const token = newSessionToken()
  const now = instantParam(ctx.now)
  const device = ctx.requester.device
  // One statement whatever the outcome; a session is made only while the hash that was checked still stands.
  const verifiedHash = matches ? (account?.passwordHash ?? null) : null
  const rehashed = verifiedHash && needsRehash(verifiedHash) ? await hashPassword(input.password) : verifiedHash
  const [session] = await runStatement<{ made: number }>(
    ctx.db,
    sql`with owner as (
      select id, password_version from users
      where id = ${account?.id ?? null}::uuid and password_hash = ${verifiedHash} and deactivated_at is null
      for no key update
    ),
    rehashed as (
      update users set password_hash = ${rehashed} from owner
      where users.id = owner.id and password_hash <> ${rehashed}
    ),
    made as (
      insert into sessions (user_id, token_hash, password_version, device, created_at, last_seen_at, expires_at)
      select id, ${digestOf(token)}, password_version, ${device}, ${now}, ${now},
        ${instantParam(secondsAfter(ctx.now, SESSION_TTL_SECONDS))}
      from owner returning 1
    ),
    noted as (
      insert into security_events (user_id, kind, request_id, device, created_at)
      select ${account?.id ?? null}::uuid, case when exists (select from made) then 'signed-in' else 'sign-in-failed' end,
        ${ctx.requester.requestId}, ${device}, ${now}
    )
    select count(*)::int as made from made`,
  )
  if (!account || session?.made !== 1) throw new RecoveryError('sign-in-failed')
  const { email, username, fullName, picture } = account
  return { token, account: { email, username, fullName, picture } }
}
