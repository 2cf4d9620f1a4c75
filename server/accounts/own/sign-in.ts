import { sql } from 'drizzle-orm'
import { type FoundAccount, isAccountOf } from '@/server/accounts/find-account'
import { hashPassword, needsRehash, unreadableKind, verifyPassword } from '@/server/accounts/password-hash'
import { auditEvent, byRequester } from '@/server/audit/audit-event'
import { type RecoveryContext, secondsAfter } from '@/server/core/context'
import { RecoveryError } from '@/server/core/errors'
import type { Identifier } from '@/server/core/schemas'
import { digestOf, identifierDigestOf } from '@/server/core/secrets'
import { instantParam, runStatement } from '@/server/db/client'
import { type Step, statementOf, step } from '@/server/db/statement'
import { runLimited } from '@/server/limits/run-limited'
import { isActiveUser, newSessionToken, SESSION_TTL_SECONDS } from './sessions'

export interface SignedIn {
  /** The session token, for the cookie or an `Authorization: Bearer` header. */
  token: string
  account: { email: string; username: string; fullName: string; picture: string | null }
}

/**
 * Signs in with a password. An unknown account, a wrong password and a deactivated account get the same answer
 * after the same work (WSTG-IDNT-04). Two statements.
 *
 * @throws RecoveryError `sign-in-failed`, `too-many-requests`, `busy`.
 */
export async function signIn(
  ctx: RecoveryContext,
  input: { account: Identifier; password: string },
): Promise<SignedIn> {
  const account = await findLimited(ctx, input.account)
  const passwordHash = account?.passwordHash ?? null
  const isRight = await verifyPassword(ctx.policy, passwordHash, input.password)
  const unreadable = passwordHash === null ? null : unreadableKind(ctx.policy, passwordHash)
  if (unreadable) ctx.reportUnreadableHash?.(unreadable)

  const token = newSessionToken()
  const verifiedHash = isRight ? passwordHash : null
  const newHash =
    verifiedHash && needsRehash(ctx.policy, verifiedHash, input.password)
      ? await hashPassword(ctx.policy, input.password)
      : verifiedHash
  const opened = await openSession(ctx, { accountId: account?.id ?? null, verifiedHash, newHash, token })
  if (!account || !opened) throw new RecoveryError('sign-in-failed')
  const { email, username, fullName, picture } = account
  return { token, account: { email, username, fullName, picture } }
}

type AccountWithPassword = FoundAccount & { passwordHash: string | null }

/** Counts the attempt and finds the active account, or null. One statement. */
async function findLimited(ctx: RecoveryContext, identifier: Identifier): Promise<AccountWithPassword | null> {
  const identifierDigest = identifierDigestOf(ctx.secrets[0], identifier)
  const found = await runLimited<AccountWithPassword | { id: null }>(
    ctx,
    { action: 'sign-in', identifierDigest },
    (check) => ({
      query: sql`select ${check.result}.*, a.id, a.email, a.username, a.full_name as "fullName", a.picture,
      a.password_hash as "passwordHash"
    from ${check.result} left join latchkey.accounts a on ${isAccountOf(identifier)}`,
    }),
  )
  return found.id === null ? null : found
}

interface CheckedPassword {
  accountId: string | null
  /** The stored hash that the password matched, or null when it matched none. */
  verifiedHash: string | null
  /** The same hash, or one with today's parameters. */
  newHash: string | null
  token: string
}

/**
 * Opens a session if the password was right, and records the attempt. One statement for either outcome, so that
 * both take as long.
 */
async function openSession(ctx: RecoveryContext, checked: CheckedPassword): Promise<boolean> {
  const account = lockVerifiedAccount(checked)
  const opened = insertSession(ctx, checked.token, account)
  const kind = sql`case when exists (select from ${opened}) then 'signed-in' else 'sign-in-failed' end`
  const audited = step('audited', auditEvent({ kind, accountId: checked.accountId, ...byRequester(ctx) }))
  const [answer] = await runStatement<{ opened: number }>(
    ctx.db,
    statementOf(
      [account, storeNewHash(checked, account), opened, audited],
      sql`select count(*)::int as opened from ${opened}`,
    ),
  )
  return answer?.opened === 1
}

/** Locks the account, if its password hash is still the one that was verified. */
const lockVerifiedAccount = ({ accountId, verifiedHash }: CheckedPassword): Step =>
  step(
    'verified_account',
    sql`select u.id, u.password_version from latchkey.users u
    where u.id = ${accountId}::uuid and u.password_hash = ${verifiedHash} and ${isActiveUser}
    for no key update`,
  )

/** Replaces a hash that was made with older parameters. */
const storeNewHash = ({ newHash }: CheckedPassword, account: Step): Step =>
  step(
    'rehashed_account',
    sql`update latchkey.users set password_hash = ${newHash} from ${account}
    where users.id = ${account}.id and password_hash <> ${newHash}`,
  )

/** Inserts the session of the locked account. */
const insertSession = (ctx: RecoveryContext, token: string, account: Step): Step => {
  const now = instantParam(ctx.now)
  return step(
    'opened_session',
    sql`insert into latchkey.sessions (user_id, token_hash, password_version, device, created_at, last_seen_at, expires_at)
    select id, ${digestOf(token)}, password_version, ${ctx.requester.device}, ${now}, ${now},
      ${instantParam(secondsAfter(ctx.now, SESSION_TTL_SECONDS))}
    from ${account} returning 1`,
  )
}
