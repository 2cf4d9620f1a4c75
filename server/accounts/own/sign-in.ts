import { type FoundAccount, isAccountOf } from '@/server/accounts/find-account'
import { type SignInPlace, withSignInPlace } from '@/server/accounts/hash-lanes'
import { hashPassword, needsRehash, unreadableKind, verifyPassword } from '@/server/accounts/password-hash'
import { auditEvent, byRequester } from '@/server/audit/audit-event'
import { type RecoveryContext, secondsAfter } from '@/server/core/context'
import { RecoveryError } from '@/server/core/errors'
import type { Identifier } from '@/server/core/schemas'
import { digestOf } from '@/server/core/secrets'
import { instantParam, runStatement } from '@/server/db/client'
import { sql } from '@/server/db/sql'
import { type Step, statementOf, step } from '@/server/db/statement'
import { refuseRememberedNetwork, runLimited } from '@/server/limits/run-limited'
import { addToDeviceCookie, type KnownDevice, newDeviceId, readDeviceCookie } from './device-cookie'
import { isActiveUser, newSessionToken, SESSION_TTL_SECONDS } from './sessions'
import { countGuess } from './sign-in-guesses'

export interface SignedIn {
  /** The session token, for the cookie or an `Authorization: Bearer` header. */
  token: string
  /** The new value of the device cookie. */
  deviceCookie: string
  account: { email: string; username: string; fullName: string; picture: string | null }
}

export interface SignInInput {
  account: Identifier
  password: string
  /** As the browser sent it; anyone can send any text. */
  deviceCookie?: string | null
}

/**
 * Signs in with a password. An unknown account, a wrong password, a deactivated account and one whose budget of guesses
 * is used up get the same answer after the same work (WSTG-IDNT-04). Two statements.
 *
 * @throws RecoveryError `sign-in-failed`, `too-many-requests`, `busy`.
 */
export async function signIn(ctx: RecoveryContext, input: SignInInput): Promise<SignedIn> {
  refuseRememberedNetwork(ctx, 'sign-in')
  const devices = readDeviceCookie(ctx.secrets, input.deviceCookie ?? null, input.account, ctx.now)
  // The account is not known yet, so the entries are chosen by the typed name.
  const devicesOfName = devices.filter(({ hasSameName }) => hasSameName)
  return withSignInPlace(devicesOfName, ctx.signal, async (place) => {
    const found = await findCounted(ctx, input.account, devices)
    if (!found.isKnownDevice) place.becomeAnonymous()
    const verifiedHash = await verifiedHashOf(ctx, found, input.password, place)
    const newHash = verifiedHash && (await upToDateHash(ctx, found, verifiedHash, input.password))
    const token = newSessionToken()
    const session = await openSession(ctx, { accountId: found.id, verifiedHash, newHash, token })
    if (found.id === null || session === null) throw new RecoveryError('sign-in-failed')
    const device = {
      id: found.deviceId ?? newDeviceId(),
      accountId: found.id,
      passwordVersion: session.passwordVersion,
      name: input.account,
    }
    const deviceCookie = addToDeviceCookie(ctx.secrets, input.deviceCookie ?? null, device, ctx.now)
    const { email, username, fullName, picture } = found
    return { token, deviceCookie, account: { email, username, fullName, picture } }
  })
}

/** The active account with the typed name, if there is one, and what was found out about the guess. */
type CountedSignIn = ((FoundAccount & { passwordHash: string | null }) | { id: null; passwordHash: null }) & {
  /** Whether the password may be compared. */
  isComparable: boolean
  isKnownDevice: boolean
  /** The id of the browser's entry for this account in its device cookie. */
  deviceId: string | null
  /** Seconds, or null when the budgets of the typed name admit the guess. */
  nameRefusedFor: number | null
}

/** Counts the guess and finds the account. One statement. */
async function findCounted(ctx: RecoveryContext, name: Identifier, devices: KnownDevice[]): Promise<CountedSignIn> {
  const account = step(
    'sign_in_account',
    sql`select a.id, a.email, a.username, a.full_name, a.picture, a.password_hash, u.password_version
    from latchkey.accounts a join latchkey.users u on u.id = a.id where ${isAccountOf(name)}`,
  )
  const found = await runLimited<CountedSignIn>(ctx, { action: 'sign-in' }, (check) => {
    const guess = countGuess(ctx, { name, account, devices }, check)
    return {
      steps: [account, ...guess.steps],
      query: sql`select ${check.result}.*, a.id, a.email, a.username, a.full_name as "fullName", a.picture,
        a.password_hash as "passwordHash", ${guess.isComparable} as "isComparable", ${guess.isKnownDevice} as "isKnownDevice",
        ${guess.deviceId} as "deviceId", ${guess.retryAfterSeconds} as "nameRefusedFor"
      from ${check.result} left join ${account} a on true`,
    }
  })
  const { nameRefusedFor } = found
  if (nameRefusedFor !== null) throw new RecoveryError('too-many-requests', { retryAfterSeconds: nameRefusedFor })
  return found
}

/** The account's hash if the password is right, otherwise null. The work is the same for every account, and for none. */
async function verifiedHashOf(
  ctx: RecoveryContext,
  { passwordHash, isComparable }: CountedSignIn,
  password: string,
  place: SignInPlace,
): Promise<string | null> {
  const isRight = await verifyPassword(ctx.policy, passwordHash, password, place.run)
  const unreadable = passwordHash === null ? null : unreadableKind(ctx.policy, passwordHash)
  if (unreadable) ctx.reportUnreadableHash?.(unreadable)
  return isRight && isComparable ? passwordHash : null
}

/** The same hash, or one with today's parameters. The password was right, so it is hashed in the lane of redeeming. */
async function upToDateHash(ctx: RecoveryContext, { id }: CountedSignIn, hash: string, password: string) {
  if (!needsRehash(ctx.policy, hash, password)) return hash
  return hashPassword(ctx.policy, password, { secretId: id ?? '', signal: ctx.signal })
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
 * @returns the version of the password, or null without a session
 */
async function openSession(
  ctx: RecoveryContext,
  checked: CheckedPassword,
): Promise<{ passwordVersion: number } | null> {
  const account = lockVerifiedAccount(checked)
  const opened = insertSession(ctx, checked.token, account)
  const kind = sql`case when exists (select from ${opened}) then 'signed-in' else 'sign-in-failed' end`
  const audited = step('audited', auditEvent({ kind, accountId: checked.accountId, ...byRequester(ctx) }))
  const [session] = await runStatement<{ passwordVersion: number }>(
    ctx.db,
    statementOf(
      [account, storeNewHash(checked, account), opened, audited],
      sql`select password_version as "passwordVersion" from ${opened}`,
    ),
  )
  return session ?? null
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
    from ${account} returning password_version`,
  )
}
