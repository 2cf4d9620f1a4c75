import type { RecoveryContext } from '@/server/core/context'
import { runStatement } from '@/server/db/client'
import type { Pause } from '@/server/db/schema'
import { sql } from '@/server/db/sql'

/**
 * What an operator has paused for everyone, so that pages can say so before a person types anything. The verbs decide
 * for themselves. One statement.
 */
export async function readPauses(ctx: Pick<RecoveryContext, 'db'>): Promise<Pause[]> {
  const rows = await runStatement<{ what: Pause }>(ctx.db, sql`select what from latchkey.recovery_pauses order by what`)
  return rows.map(({ what }) => what)
}
