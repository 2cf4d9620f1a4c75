import { type SQL, sql } from '@/server/db/sql'

/**
 * SQL: an operator has frozen this account. It gets no email, and none of its links, codes and grants work. Strangers
 * cannot tell it from an unknown account; someone who presents one of its secrets is told.
 * @param accountId SQL: the account's id as text
 */
export const isFrozen = (accountId: SQL): SQL =>
  sql`exists (select from latchkey.frozen_accounts f where f.account_id = ${accountId})`

/** The reason of an outbox row that is ignored because its account is frozen. */
export const FROZEN_REASON = 'frozen'
