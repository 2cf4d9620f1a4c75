import { and, eq, sql } from 'drizzle-orm'
import type { Database } from '@/server/db/client'
import { mailSuppressions, type SuppressionKind, users } from '@/server/db/schema'

/** Why the address of an account is not mailed any more, and since when; null while it is. A new address has no past. */
export async function findSuppression(
  ctx: { db: Database },
  userId: string,
): Promise<{ kind: SuppressionKind; since: Date } | null> {
  const [problem] = await ctx.db
    .select({ kind: mailSuppressions.kind, since: mailSuppressions.since })
    .from(mailSuppressions)
    .innerJoin(users, eq(users.id, mailSuppressions.userId))
    .where(and(eq(users.id, userId), sql`lower(${mailSuppressions.address}) = lower(${users.email})`))
    .limit(1)
  return problem ?? null
}
