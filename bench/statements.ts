import type { Sql } from 'postgres'

/** Calls `work` once and counts the statements that PostgreSQL executed for it, without transaction control. */
export async function countStatements(sql: Sql, work: () => Promise<unknown>): Promise<number> {
  const executed = async () => {
    const [row] = await sql<{ calls: string }[]>`
      select coalesce(sum(calls), 0) as calls from pg_stat_statements
      where toplevel and query !~* 'pg_stat_statements|^(begin|commit|rollback)'`
    return Number(row?.calls)
  }
  const before = await executed()
  await work()
  return (await executed()) - before
}
