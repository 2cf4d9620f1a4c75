import { instantParam } from '@/server/db/client'
import { type SQL, sql } from '@/server/db/sql'
import { type Step, step } from '@/server/db/statement'
import { isOpenOrKept } from './live-secret'

/**
 * Ends the links, codes and grants of an account whose password was changed or disabled: those of its newest email,
 * and those that are kept for a reset in progress.
 * @param account a step with the account's `id`; without a row, nothing ends
 * @param where a condition on the rows `t` of `password_reset_tokens`; by default all of the account's
 */
export const supersedeSecretsOf = (account: Step, now: Date, where: SQL = sql`true`): Step =>
  step(
    'superseded_tokens',
    sql`update latchkey.password_reset_tokens t
    set superseded_at = coalesce(t.superseded_at, ${instantParam(now)}), kept_until = null from ${account}
    where t.account_id = ${account}.id::text and ${isOpenOrKept} and ${where}`,
  )
