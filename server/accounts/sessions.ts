import { randomBytes } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { type RecoveryContext, secondsAfter } from '@/server/core/context'
import { digestOf } from '@/server/core/secrets'
import { type Database, instantParam, runStatement } from '@/server/db/client'

export const SESSION_TTL_SECONDS = 30 * 24 * 3600
/** `last_seen_at` is for people, so it is not written more often than this. */
const SEEN_EVERY_SECONDS = 300

export interface SessionAccount {
  sessionId: string
  userId: string
  email: string
  username: string
  fullName: string
  picture: string | null
}

/** 256 random bits, base64url. Only its digest is stored. */
export const newSessionToken = (): string => randomBytes(32).toString('base64url')

/** The account behind a session token, or null when the session has ended. One statement. */
export async function findSession(ctx: { db: Database; now: Date }, token: string): Promise<SessionAccount | null> {
  if (!/^[A-Za-z0-9_-]{43}$/.test(token)) return null
  const now = instantParam(ctx.now)
  const [session] = await runStatement<SessionAccount>(
    ctx.db,
    sql`with live as (
      select s.id, s.user_id, s.last_seen_at, u.email, u.username, u.full_name, u.picture
      from sessions s join users u on u.id = s.user_id
      where s.token_hash = ${digestOf(token)} and s.expires_at > ${now}
        and s.password_version = u.password_version and u.deactivated_at is null
    ),
    seen as (
      update sessions set last_seen_at = ${now} from live
      where sessions.id = live.id and live.last_seen_at < ${instantParam(secondsAfter(ctx.now, -SEEN_EVERY_SECONDS))}
    )
    select id as "sessionId", user_id as "userId", email, username, full_name as "fullName", picture from live`,
  )
  return session ?? null
}

export interface ListedSession {
  id: string
  device: string | null
  createdAt: Date
  lastSeenAt: Date
}

/** An account's live sessions, the most recently used first. */
export async function listSessions(ctx: { db: Database; now: Date }, userId: string): Promise<ListedSession[]> {
  const rows = await runStatement<{ id: string; device: string | null; created: string; seen: string }>(
    ctx.db,
    sql`select s.id, s.device, s.created_at as created, s.last_seen_at as seen
    from sessions s join users u on u.id = s.user_id
    where s.user_id = ${userId} and s.expires_at > ${instantParam(ctx.now)} and s.password_version = u.password_version
    order by s.last_seen_at desc, s.id limit 100`,
  )
  return rows.map((row) => ({
    id: row.id,
    device: row.device,
    createdAt: new Date(row.created),
    lastSeenAt: new Date(row.seen),
  }))
}

/**
 * Ends sessions of one account: one by id, all but one, or (neither given) all.
 * @returns how many ended; another account's session never does.
 */
export async function endSessions(
  ctx: RecoveryContext,
  userId: string,
  which: { only: string } | { allBut: string } | { all: true },
): Promise<number> {
  const chosen =
    'only' in which ? sql`id = ${which.only}::uuid` : 'allBut' in which ? sql`id <> ${which.allBut}::uuid` : sql`true`
  const [answer] = await runStatement<{ ended: number }>(
    ctx.db,
    sql`with ended as (delete from sessions where user_id = ${userId} and ${chosen} returning 1),
    noted as (
      insert into security_events (user_id, kind, request_id, device, created_at)
      select ${userId}::uuid, 'sessions-ended', ${ctx.requester.requestId}, ${ctx.requester.device}, ${instantParam(ctx.now)}
      where exists (select from ended)
    )
    select count(*)::int as ended from ended`,
  )
  return answer?.ended ?? 0
}
