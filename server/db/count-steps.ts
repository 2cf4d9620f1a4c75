import { type Database, runStatement } from './client'
import { sql } from './sql'
import { type Step, statementOf } from './statement'

/**
 * Runs steps in one statement.
 * @param steps by the names under which their rows are counted
 * @returns how many rows each step has
 */
export async function countSteps<Name extends string>(
  db: Database,
  steps: Record<Name, Step>,
): Promise<Record<Name, number>> {
  const entries = Object.entries<Step>(steps)
  const counts = entries.map(([name, step]) => sql`(select count(*)::int from ${step}) as ${sql.identifier(name)}`)
  const all = entries.map(([, step]) => step)
  const [row] = await runStatement<Record<Name, number>>(db, statementOf(all, sql`select ${sql.join(counts, ', ')}`))
  return row as Record<Name, number>
}
