import { auditEvent } from '@/server/audit/audit-event'
import { runStatement } from '@/server/db/client'
import { sql } from '@/server/db/sql'
import { statementOf, step } from '@/server/db/statement'
import { endSecretsOf } from './freeze-account'
import type { OperatorContext } from './operator'

/**
 * Allows the recovery of a frozen account again. Secrets from before stay dead: what was minted while the freeze began
 * is ended here.
 * @param accountId the text form of the account's id; the account may be gone
 * @returns false if it was not frozen
 */
export async function unfreezeAccount(ctx: OperatorContext, accountId: string): Promise<boolean> {
  const unfrozen = step(
    'unfrozen',
    sql`delete from latchkey.frozen_accounts where account_id = ${accountId} returning account_id as id`,
  )
  const event = { kind: 'recovery-unfrozen', requestId: ctx.requestId, device: null, at: ctx.now } as const
  const audited = step('audited', auditEvent({ ...event, accountId: sql`id` }, sql`from ${unfrozen}`))
  const rows = await runStatement(
    ctx.db,
    statementOf([unfrozen, endSecretsOf(ctx, unfrozen), audited], sql`select id from ${unfrozen}`),
  )
  return rows.length > 0
}
