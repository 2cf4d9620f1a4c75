import { desc, eq } from 'drizzle-orm'
import type { Database } from '@/server/db/client'
import { type SecurityEventKind, securityEvents } from '@/server/db/schema'

export interface ListedSecurityEvent {
  id: string
  kind: SecurityEventKind
  at: Date
  device: string | null
}

const SHOWN = 20

/** What lately happened to an account, the newest first, 20 at the most. */
export async function listSecurityEvents(ctx: { db: Database }, userId: string): Promise<ListedSecurityEvent[]> {
  return ctx.db
    .select({
      id: securityEvents.id,
      kind: securityEvents.kind,
      at: securityEvents.createdAt,
      device: securityEvents.device,
    })
    .from(securityEvents)
    .where(eq(securityEvents.userId, userId))
    .orderBy(desc(securityEvents.createdAt), desc(securityEvents.id))
    .limit(SHOWN)
}
