import { and, eq, sql } from 'drizzle-orm'
import type { Database } from '@/server/db/client'
import { type MailProblemKind, mailProblems, users } from '@/server/db/schema'

/** Why the address of an account is not mailed any more, and since when; null while it is. A new address has no past. */
export async function findMailProblem(
  ctx: { db: Database },
  userId: string,
): Promise<{ kind: MailProblemKind; since: Date } | null> {
  const [problem] = await ctx.db
    .select({ kind: mailProblems.kind, since: mailProblems.since })
    .from(mailProblems)
    .innerJoin(users, eq(users.id, mailProblems.userId))
    .where(and(eq(users.id, userId), sql`lower(${mailProblems.address}) = lower(${users.email})`))
    .limit(1)
  return problem ?? null
}
