import { type Database, instantParam, runStatement } from '@/server/db/client'
import { sql } from '@/server/db/sql'
import { type Step, statementOf, step } from '@/server/db/statement'
import { RETENTIONS, type Retention } from './retention'

/** The most rows that one statement removes: few enough that it holds its locks for only a few milliseconds. */
export const SLICE_SIZE = 500

/**
 * Removes the oldest rows that have outlived their retention, at most SLICE_SIZE of them. Rows that another
 * transaction has locked are skipped. A row that changed meanwhile is checked again before it is removed.
 * @returns how many rows were removed.
 */
export async function removeSlice(db: Database, now: Date, retention: Retention): Promise<number> {
  const old = oldRows(retention, now)
  const removed = removeRows(retention, old)
  const [row] = await runStatement<{ removed: number }>(
    db,
    statementOf([old, removed], sql`select count(*)::int as removed from ${removed}`),
  )
  return row?.removed ?? 0
}

/** The oldest rows that have outlived their retention, locked. */
const oldRows = ({ table, key, since, keptSeconds, where = 'true' }: Retention, now: Date) =>
  step(
    'old_rows',
    sql`select ${sql.raw(key)} from latchkey.${sql.raw(table)}
    where ${sql.raw(since)} < ${instantParam(new Date(now.getTime() - keptSeconds * 1000))} and ${sql.raw(where)}
    order by ${sql.raw(since)} limit ${SLICE_SIZE} for update skip locked`,
  )

/** Removes these rows. */
const removeRows = ({ table, key }: Retention, rows: Step) =>
  step(
    'removed',
    sql`delete from latchkey.${sql.raw(table)} using ${rows}
    where ${sql.raw(table)}.${sql.raw(key)} = ${rows}.${sql.raw(key)} returning 1`,
  )

/**
 * Removes all rows that have outlived their retention, slice after slice, table by table.
 * @param shouldContinue called before each slice; false leaves the rest for the next run.
 * @returns how many rows were removed from each table; tables without any are left out.
 */
export async function removeOldRows(
  db: Database,
  now: Date,
  shouldContinue: () => boolean | Promise<boolean> = () => true,
): Promise<Record<string, number>> {
  const removed: Record<string, number> = {}
  for (const retention of RETENTIONS) {
    for (let sliceIsFull = true; sliceIsFull && (await shouldContinue()); ) {
      const count = await removeSlice(db, now, retention)
      if (count > 0) removed[retention.table] = (removed[retention.table] ?? 0) + count
      sliceIsFull = count === SLICE_SIZE
    }
  }
  return removed
}
