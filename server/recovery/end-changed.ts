import { accountState, isActive } from '@/server/accounts/account-state'
import { hasId } from '@/server/accounts/find-account'
import type { RecoveryContext } from '@/server/core/context'
import { instantParam, runStatement } from '@/server/db/client'
import { sql } from '@/server/db/sql'
import { statementOf, step } from '@/server/db/statement'

/**
 * Ends the links and codes of accounts that were deactivated, or whose address or password has changed since the email,
 * so that none works again when the change is taken back. Latchkey's own accounts have a trigger for this. For
 * other applications, housekeeping calls it every minute, and so does `findLiveSecret` for a dead secret. The digest of
 * an account is never empty, so a row with an empty one never works.
 *
 * @param tokenId looks at this row only
 * @returns how many requests ended
 */
export async function endSecretsOfChanged(ctx: Pick<RecoveryContext, 'db' | 'now'>, tokenId?: string) {
  const only = tokenId ? sql` and t.id = ${tokenId}::uuid` : sql``
  const ended = step(
    'ended_secrets',
    sql`update latchkey.password_reset_tokens t set account_state = '' from latchkey.accounts a
    where t.expires_at > ${instantParam(ctx.now)} and t.used_at is null and t.account_state <> ''${only}
      and ${hasId(sql`t.account_id`)} and ((${isActive}) is not true or t.account_state <> ${accountState})
    returning 1`,
  )
  const [answer] = await runStatement<{ ended: number }>(
    ctx.db,
    statementOf([ended], sql`select count(*)::int as ended from ${ended}`),
  )
  return answer?.ended ?? 0
}
