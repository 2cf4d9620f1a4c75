import { auditEvent, byRequester } from '@/server/audit/audit-event'
import type { RecoveryContext } from '@/server/core/context'
import { runStatement } from '@/server/db/client'
import { type SQL, sql } from '@/server/db/sql'
import { statementOf, step } from '@/server/db/statement'

/** Which sessions of an account to end. */
export type SessionChoice = { only: string } | { allBut: string } | { all: true }

/**
 * Ends sessions of one account. Sessions of other accounts are never ended. One statement.
 * @returns how many sessions ended
 */
export async function endSessions(ctx: RecoveryContext, accountId: string, choice: SessionChoice): Promise<number> {
  const ended = step(
    'ended_sessions',
    sql`delete from latchkey.sessions where user_id = ${accountId} and ${isChosen(choice)} returning 1`,
  )
  const event = { kind: 'sessions-ended', accountId, ...byRequester(ctx) } as const
  const audited = step('audited', auditEvent(event, sql`where exists (select from ${ended})`))
  const [answer] = await runStatement<{ ended: number }>(
    ctx.db,
    statementOf([ended, audited], sql`select count(*)::int as ended from ${ended}`),
  )
  return answer?.ended ?? 0
}

function isChosen(choice: SessionChoice): SQL {
  if ('only' in choice) return sql`id = ${choice.only}::uuid`
  return 'allBut' in choice ? sql`id <> ${choice.allBut}::uuid` : sql`true`
}
