import { runStatement } from '@/server/db/client'
import type { Pause } from '@/server/db/schema'
import { sql } from '@/server/db/sql'
import type { OperatorContext } from './operator'

/**
 * Ends a pause; `all` ends every pause, so that everything works again.
 * @returns what was paused
 */
export async function resumeRecovery(ctx: OperatorContext, what: Pause): Promise<Pause[]> {
  const ended = await runStatement<{ what: Pause }>(
    ctx.db,
    sql`delete from latchkey.recovery_pauses where what = ${what}::text or ${what}::text = 'all' returning what`,
  )
  return ended.map((row) => row.what)
}
