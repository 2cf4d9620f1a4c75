import { type Database, instantParam, runStatement } from '@/server/db/client'
import { SUPPRESSION_KINDS, type SuppressionKind } from '@/server/db/schema'
import { type SQL, sql } from '@/server/db/sql'

export { SUPPRESSION_KINDS }

/** The reason of an outbox row that is ignored because its address is suppressed. */
export const SUPPRESSED_REASON = 'address-undeliverable'

/** SQL: the row of `mail_suppressions` is about this address of this account. The case of letters is ignored. */
const concerns = (accountId: SQL, address: SQL) =>
  sql`mail_suppressions.account_id = ${accountId} and lower(mail_suppressions.address) = lower(${address})`

/**
 * SQL: true when this address of this account bounced or complained, so that no reset email is sent to it. Owners are
 * always told of a changed password: someone who marks an email as spam must not miss that.
 * A suppression belongs to the address: after the account changes its address, emails are sent again.
 * @param accountId an expression for the account's id, for example sql`a.id::text`.
 * @param address an expression for the address, for example sql`a.email`.
 */
export const isSuppressed = (accountId: SQL, address: SQL) =>
  sql`exists (select from latchkey.mail_suppressions where ${concerns(accountId, address)} and kind <> 'stopped')`

/** The reason of an outbox row that is ignored because its owner stopped reset emails. */
export const STOPPED_REASON = 'stopped-by-owner'

/**
 * SQL: true when the owner of this address stopped reset emails to this account, and the stop has not ended. No new
 * link is minted then: it would end the link that the owner has.
 */
export const isStopped = (accountId: SQL, address: SQL, now: Date) =>
  sql`exists (select from latchkey.mail_suppressions where ${concerns(accountId, address)} and until > ${instantParam(now)})`

/**
 * Finds the suppression of an account's present address.
 * @returns why no email is sent to the address, and since when; null if emails are sent.
 */
export async function findSuppression(
  ctx: { db: Database; now: Date },
  accountId: string,
): Promise<{ kind: SuppressionKind; since: Date } | null> {
  const [suppression] = await runStatement<{ kind: SuppressionKind; since: Date }>(
    ctx.db,
    sql`select s.kind, s.since from latchkey.mail_suppressions s
      join latchkey.accounts a on a.id = latchkey.account_id(s.account_id)
    where s.account_id = ${accountId} and lower(s.address) = lower(a.email)
      and coalesce(s.until > ${instantParam(ctx.now)}, true) limit 1`,
  )
  return suppression ?? null
}

/**
 * Allows emails to an address again, for all accounts that have it. The case of its letters is ignored.
 * @returns how many accounts the suppression was lifted for
 */
export async function unblockAddress(db: Database, address: string): Promise<number> {
  const lifted = await runStatement<{ account_id: string }>(
    db,
    sql`delete from latchkey.mail_suppressions where lower(address) = lower(${address}) returning account_id`,
  )
  return lifted.length
}
