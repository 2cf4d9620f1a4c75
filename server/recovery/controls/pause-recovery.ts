import { instantParam, runStatement } from '@/server/db/client'
import type { Pause } from '@/server/db/schema'
import { sql } from '@/server/db/sql'
import type { OperatorContext } from './operator'

/**
 * Pauses codes, links or all recovery for everyone, on every server at once. Nothing ends: what is live works again
 * after `resumeRecovery`, until it expires. A second pause of the same kind changes nothing.
 */
export async function pauseRecovery(ctx: OperatorContext, what: Pause): Promise<void> {
  await runStatement(
    ctx.db,
    sql`insert into latchkey.recovery_pauses (what, since) values (${what}, ${instantParam(ctx.now)}) on conflict do nothing`,
  )
}
