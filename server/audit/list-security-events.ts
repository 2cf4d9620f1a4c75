import { and, desc, eq, inArray, notInArray, type SQL } from 'drizzle-orm'
import type { Database } from '@/server/db/client'
import { SECURITY_EVENT_KINDS, type SecurityEventKind, securityEvents } from '@/server/db/schema'

export { SECURITY_EVENT_KINDS, type SecurityEventKind }

export interface ListedSecurityEvent {
  id: string
  kind: SecurityEventKind
  at: Date
  device: string | null
}

const SHOWN = 20

/** Events that a stranger can cause at will. Only a few are shown, so that they cannot hide the others. */
const CAUSED_BY_STRANGERS: SecurityEventKind[] = ['sign-in-failed', 'reset-refused', 'reset-requested', 'code-blocked']
const SHOWN_BY_STRANGERS = 5

/**
 * Lists the latest security events of an account for its owner: the newest first, at most 20, of which at most 5
 * are of kinds that a stranger can cause.
 */
export async function listSecurityEvents(ctx: { db: Database }, accountId: string): Promise<ListedSecurityEvent[]> {
  const [own, strangers] = await Promise.all([
    newest(ctx.db, accountId, notInArray(securityEvents.kind, CAUSED_BY_STRANGERS), SHOWN),
    newest(ctx.db, accountId, inArray(securityEvents.kind, CAUSED_BY_STRANGERS), SHOWN_BY_STRANGERS),
  ])
  const kept = own.slice(0, SHOWN - strangers.length)
  return [...kept, ...strangers].sort((a, b) => b.at.getTime() - a.at.getTime())
}

function newest(db: Database, accountId: string, which: SQL, limit: number): Promise<ListedSecurityEvent[]> {
  return db
    .select({
      id: securityEvents.id,
      kind: securityEvents.kind,
      at: securityEvents.createdAt,
      device: securityEvents.device,
    })
    .from(securityEvents)
    .where(and(eq(securityEvents.accountId, accountId), which))
    .orderBy(desc(securityEvents.createdAt), desc(securityEvents.id))
    .limit(limit)
}
