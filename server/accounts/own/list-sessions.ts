import { type Database, runStatement } from '@/server/db/client'
import { sql } from '@/server/db/sql'
import { isLiveSession } from './sessions'

export interface ListedSession {
  id: string
  device: string | null
  createdAt: Date
  lastSeenAt: Date
}

/** Lists the live sessions of an account, at most 100, the most recently used first. */
export async function listSessions(ctx: { db: Database; now: Date }, accountId: string): Promise<ListedSession[]> {
  return runStatement<ListedSession>(
    ctx.db,
    sql`select s.id, s.device, s.created_at as "createdAt", s.last_seen_at as "lastSeenAt"
    from latchkey.sessions s join latchkey.users u on u.id = s.user_id
    where s.user_id = ${accountId} and ${isLiveSession(ctx.now)}
    order by s.last_seen_at desc, s.id limit 100`,
  )
}
