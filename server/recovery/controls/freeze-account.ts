import { hasId } from '@/server/accounts/find-account'
import { auditEvent } from '@/server/audit/audit-event'
import { instantParam, runStatement } from '@/server/db/client'
import { sql } from '@/server/db/sql'
import { type Step, statementOf, step } from '@/server/db/statement'
import { expireAll, hasUnexpired } from './end-secrets'
import type { OperatorContext } from './operator'

/**
 * Freezes the recovery of one account, on every server at once: it gets no email, and its live links, codes and grants
 * end. Signing in is not affected.
 * @param accountId the text form of the account's id
 * @returns whether it was frozen already, and how many requests had live secrets; null if there is no such account
 */
export async function freezeAccount(
  ctx: OperatorContext,
  accountId: string,
): Promise<{ wasFrozen: boolean; ended: number } | null> {
  const account = step(
    'account',
    sql`select a.id::text as id from latchkey.accounts a where ${hasId(sql`${accountId}`)}`,
  )
  const frozen = step(
    'frozen',
    sql`insert into latchkey.frozen_accounts (account_id, since) select id, ${instantParam(ctx.now)} from ${account}
    on conflict do nothing returning account_id`,
  )
  const ended = endSecretsOf(ctx, account)
  const event = { kind: 'recovery-frozen', requestId: ctx.requestId, device: null, at: ctx.now } as const
  const audited = step('audited', auditEvent({ ...event, accountId: sql`account_id` }, sql`from ${frozen}`))
  const [answer] = await runStatement<{ wasFrozen: boolean; ended: number }>(
    ctx.db,
    statementOf(
      [account, frozen, ended, audited],
      sql`select not exists (select from ${frozen}) as "wasFrozen", (select count(*)::int from ${ended}) as ended
      from ${account}`,
    ),
  )
  return answer ?? null
}

/** Ends the live secrets of the accounts of another step, which has their `id` as text. */
export const endSecretsOf = (ctx: OperatorContext, accounts: Step): Step =>
  step(
    'ended_secrets',
    sql`update latchkey.password_reset_tokens t set ${expireAll} from ${accounts}
    where t.account_id = ${accounts}.id and ${hasUnexpired(ctx.now)}
    returning t.id`,
  )
