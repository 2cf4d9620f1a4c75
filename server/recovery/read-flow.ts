import { type RecoveryContext, secondsAfter } from '@/server/core/context'
import type { Identifier } from '@/server/core/schemas'
import { instantParam, runStatement } from '@/server/db/client'
import { sql } from '@/server/db/sql'
import { statementOf } from '@/server/db/statement'
import { cooldownSecondsLeft } from './cooldown'
import type { Flow } from './flow'
import { blockedSeconds, isOff, lockoutSubjects } from './lockout'

export interface FlowState {
  account: Identifier
  /** Whole seconds until another email may be requested; 0 when it may. */
  resendInSeconds: number
  /** Whole seconds that code entry is still blocked; 0 when it is not. */
  blockedSeconds: number
  /** Whether codes are off for the account: only the link of the email works. */
  codesOff: boolean
}

/**
 * Reads how far a flow is; the same for accounts that exist and those that do not. One statement.
 * @returns null when the request is unknown, or older than a link lives
 */
export async function readFlow(ctx: RecoveryContext, flow: Flow): Promise<FlowState | null> {
  const subjects = lockoutSubjects(ctx, flow.account)
  const oldest = instantParam(secondsAfter(ctx.now, -ctx.policy.linkTtlSeconds))
  const [row] = await runStatement<{ createdAt: Date; blockedUntil: Date | null; codesOff: boolean }>(
    ctx.db,
    statementOf(
      subjects.steps,
      sql`select created_at as "createdAt", lockout."blockedUntil", lockout."codesOff"
      from latchkey.mail_outbox, (
        select bool_and(coalesce(${isOff('l')}, false)) as "codesOff",
          case when bool_and(coalesce(l.blocked_until > ${instantParam(ctx.now)}, false)) then min(l.blocked_until) end as "blockedUntil"
        from ${subjects.visible} left join latchkey.code_lockouts l using (subject)
      ) lockout
      where id = ${flow.requestId}::uuid and created_at > ${oldest}`,
    ),
  )
  if (!row) return null
  return {
    account: flow.account,
    resendInSeconds: cooldownSecondsLeft(ctx, row.createdAt),
    blockedSeconds: row.codesOff ? 0 : blockedSeconds(ctx, row.blockedUntil),
    codesOff: row.codesOff,
  }
}
