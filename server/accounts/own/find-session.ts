import { secondsAfter } from '@/server/core/context'
import { digestOf } from '@/server/core/secrets'
import { type Database, instantParam, runStatement } from '@/server/db/client'
import { sql } from '@/server/db/sql'
import { type Step, statementOf, step } from '@/server/db/statement'
import { isLiveSession } from './sessions'

/** `last_seen_at` is only shown to people, so it is written at most this often. */
const LAST_SEEN_INTERVAL_SECONDS = 300

export interface SessionAccount {
  sessionId: string
  accountId: string
  email: string
  username: string
  fullName: string
  picture: string | null
}

/** Finds the account of a session token, or null when the session has ended. One statement. */
export async function findSession(ctx: { db: Database; now: Date }, token: string): Promise<SessionAccount | null> {
  if (!/^[A-Za-z0-9_-]{43}$/.test(token)) return null
  const live = findLiveSession(token, ctx.now)
  const [session] = await runStatement<SessionAccount>(
    ctx.db,
    statementOf(
      [live, recordLastSeen(live, ctx.now)],
      sql`select id as "sessionId", user_id as "accountId", email, username, full_name as "fullName", picture from ${live}`,
    ),
  )
  return session ?? null
}

/** The live session with this token, and its account. */
const findLiveSession = (token: string, now: Date): Step =>
  step(
    'live_session',
    sql`select s.id, s.user_id, s.last_seen_at, u.email, u.username, u.full_name, u.picture
    from latchkey.sessions s join latchkey.users u on u.id = s.user_id
    where s.token_hash = ${digestOf(token)} and ${isLiveSession(now)}`,
  )

/** Records that a session was used, unless that was recorded a moment ago. */
const recordLastSeen = (live: Step, now: Date): Step =>
  step(
    'last_seen_recorded',
    sql`update latchkey.sessions set last_seen_at = ${instantParam(now)} from ${live}
    where sessions.id = ${live}.id
      and ${live}.last_seen_at < ${instantParam(secondsAfter(now, -LAST_SEEN_INTERVAL_SECONDS))}`,
  )
