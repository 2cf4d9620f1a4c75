import { and, eq, inArray, type SQLWrapper, sql } from 'drizzle-orm'
import type { Database } from '@/server/db/client'
import { mailOutbox, mailSuppressions, SUPPRESSION_KINDS, type SuppressionKind, users } from '@/server/db/schema'

export { SUPPRESSION_KINDS }

/** The reason of an outbox row that is ignored because its address is suppressed. */
export const SUPPRESSED_REASON = 'address-undeliverable'

/** SQL: the row of `mail_suppressions` is about this address of this account. The case of letters is ignored. */
const concerns = (userId: SQLWrapper, address: SQLWrapper) =>
  sql`${mailSuppressions.userId} = ${userId} and lower(${mailSuppressions.address}) = lower(${address})`

/**
 * SQL: true when this address of this account bounced or complained, so that no email is sent to it.
 * A suppression belongs to the address: after the account changes its address, emails are sent again.
 * @param userId an expression for the account's id, for example sql`u.id`.
 * @param address an expression for the address, for example sql`u.email`.
 */
export const isSuppressed = (userId: SQLWrapper, address: SQLWrapper) =>
  sql`exists (select from mail_suppressions where ${concerns(userId, address)})`

/**
 * Finds the suppression of an account's present address.
 * @returns why no email is sent to the address, and since when; null if emails are sent.
 */
export async function findSuppression(
  ctx: { db: Database },
  userId: string,
): Promise<{ kind: SuppressionKind; since: Date } | null> {
  const [suppression] = await ctx.db
    .select({ kind: mailSuppressions.kind, since: mailSuppressions.since })
    .from(mailSuppressions)
    .innerJoin(users, concerns(users.id, users.email))
    .where(eq(users.id, userId))
    .limit(1)
  return suppression ?? null
}

/**
 * Settles those of a worker's rows whose recipient is suppressed: they become `ignored`.
 * @param ids ids of claimed rows, with their recipients.
 * @returns the ids of the rows that were ignored.
 */
export async function ignoreSuppressed(ctx: { db: Database }, ids: string[]): Promise<Set<string>> {
  const ignored = await ctx.db
    .update(mailOutbox)
    .set({ status: 'ignored', reason: SUPPRESSED_REASON, leaseExpiresAt: null })
    .where(
      and(
        inArray(mailOutbox.id, ids),
        eq(mailOutbox.status, 'sending'),
        isSuppressed(mailOutbox.userId, mailOutbox.recipient),
      ),
    )
    .returning({ id: mailOutbox.id })
  return new Set(ignored.map((row) => row.id))
}
