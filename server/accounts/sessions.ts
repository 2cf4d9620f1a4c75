import { randomBytes } from 'node:crypto'
import { type SQL, sql } from 'drizzle-orm'
import { auditEvent, byRequester } from '@/server/audit/audit-event'
import { type RecoveryContext, secondsAfter } from '@/server/core/context'
import { digestOf } from '@/server/core/secrets'
import { type Database, instantParam, runStatement } from '@/server/db/client'
import { type Step, statementOf, step } from '@/server/db/statement'
import { isActive } from './account-state'

export const SESSION_TTL_SECONDS = 30 * 24 * 3600
/** `last_seen_at` is only shown to people, so it is written at most this often. */
const LAST_SEEN_INTERVAL_SECONDS = 300

export interface SessionAccount {
  sessionId: string
  userId: string
  email: string
  username: string
  fullName: string
  picture: string | null
}

/** A new session token: 256 random bits, base64url. The database stores its digest. */
export const newSessionToken = (): string => randomBytes(32).toString('base64url')

/** Finds the account of a session token, or null when the session has ended. One statement. */
export async function findSession(ctx: { db: Database; now: Date }, token: string): Promise<SessionAccount | null> {
  if (!/^[A-Za-z0-9_-]{43}$/.test(token)) return null
  const live = findLiveSession(token, ctx.now)
  const [session] = await runStatement<SessionAccount>(
    ctx.db,
    statementOf(
      [live, recordLastSeen(live, ctx.now)],
      sql`select id as "sessionId", user_id as "userId", email, username, full_name as "fullName", picture from ${live}`,
    ),
  )
  return session ?? null
}

/** A condition on a session `s` and its account `u`: it has not expired, and the password has not changed since. */
const isLiveSession = (now: Date): SQL =>
  sql`s.expires_at > ${instantParam(now)} and s.password_version = u.password_version and ${isActive}`

/** The live session with this token, and its account. */
const findLiveSession = (token: string, now: Date): Step =>
  step(
    'live_session',
    sql`select s.id, s.user_id, s.last_seen_at, u.email, u.username, u.full_name, u.picture
    from sessions s join users u on u.id = s.user_id
    where s.token_hash = ${digestOf(token)} and ${isLiveSession(now)}`,
  )

/** Records that a session was used, unless that was recorded a moment ago. */
const recordLastSeen = (live: Step, now: Date): Step =>
  step(
    'last_seen_recorded',
    sql`update sessions set last_seen_at = ${instantParam(now)} from ${live}
    where sessions.id = ${live}.id
      and ${live}.last_seen_at < ${instantParam(secondsAfter(now, -LAST_SEEN_INTERVAL_SECONDS))}`,
  )

export interface ListedSession {
  id: string
  device: string | null
  createdAt: Date
  lastSeenAt: Date
}

/** Lists the live sessions of an account, at most 100, the most recently used first. */
export async function listSessions(ctx: { db: Database; now: Date }, userId: string): Promise<ListedSession[]> {
  return runStatement<ListedSession>(
    ctx.db,
    sql`select s.id, s.device, s.created_at as "createdAt", s.last_seen_at as "lastSeenAt"
    from sessions s join users u on u.id = s.user_id
    where s.user_id = ${userId} and ${isLiveSession(ctx.now)}
    order by s.last_seen_at desc, s.id limit 100`,
  )
}

/** Which sessions of an account to end. */
export type SessionChoice = { only: string } | { allBut: string } | { all: true }

/**
 * Ends sessions of one account. Sessions of other accounts are never ended. One statement.
 * @returns how many sessions ended
 */
export async function endSessions(ctx: RecoveryContext, userId: string, choice: SessionChoice): Promise<number> {
  const ended = step(
    'ended_sessions',
    sql`delete from sessions where user_id = ${userId} and ${isChosen(choice)} returning 1`,
  )
  const event = { kind: 'sessions-ended', userId, ...byRequester(ctx) } as const
  const audited = step('audited', auditEvent(event, sql`where exists (select from ${ended})`))
  const [answer] = await runStatement<{ ended: number }>(
    ctx.db,
    statementOf([ended, audited], sql`select count(*)::int as ended from ${ended}`),
  )
  return answer?.ended ?? 0
}

function isChosen(choice: SessionChoice): SQL {
  if ('only' in choice) return sql`id = ${choice.only}::uuid`
  return 'allBut' in choice ? sql`id <> ${choice.allBut}::uuid` : sql`true`
}

/** A step that ends every session of the accounts in another step, which has their `id`. */
export const endAllSessions = (accounts: Step): Step =>
  step('ended_sessions', sql`delete from sessions using ${accounts} where sessions.user_id = ${accounts}.id`)
