import { sql } from 'drizzle-orm'
import { type Database, instantParam, runStatement } from '@/server/db/client'
import { RETENTIONS, type Retention } from './retention'

/** Small enough that no lock is held, and no request waits, for longer than a few milliseconds. */
export const SLICE = 500

/**
 * Removes one slice of what has outlived its retention, the oldest first. Rows that somebody is just changing are
 * passed over, and one that has changed since it was found is looked at again: it may live.
 * @returns how many rows went.
 */
export async function removeSlice(db: Database, now: Date, retention: Retention): Promise<number> {
  const { table, key, since, keptSeconds, where } = retention
  const [row] = await runStatement<{ removed: number }>(
    db,
    sql`with dead as (
      select ${sql.raw(key)} from ${sql.raw(table)}
      where ${sql.raw(since)} < ${instantParam(new Date(now.getTime() - keptSeconds * 1000))}
        and ${sql.raw(where ?? 'true')}
      order by ${sql.raw(since)} limit ${SLICE} for update skip locked
    ),
    removed as (
      delete from ${sql.raw(table)} using dead where ${sql.raw(table)}.${sql.raw(key)} = dead.${sql.raw(key)} returning 1
    )
    select count(*)::int as removed from removed`,
  )
  return row?.removed ?? 0
}

/**
 * Removes everything that has outlived its retention, slice after slice, table by table.
 * @param goOn asked between slices; false leaves the rest for the next time.
 * @returns how many rows went, by table.
 */
export async function removeOldRows(
  db: Database,
  now: Date,
  goOn: () => boolean | Promise<boolean> = () => true,
): Promise<Record<string, number>> {
  const removed: Record<string, number> = {}
  for (const retention of RETENTIONS) {
    for (let full = true; full && (await goOn()); ) {
      const count = await removeSlice(db, now, retention)
      if (count > 0) removed[retention.table] = (removed[retention.table] ?? 0) + count
      full = count === SLICE
    }
  }
  return removed
}
