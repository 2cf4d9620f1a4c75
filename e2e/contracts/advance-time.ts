import type { Sql } from 'postgres'

/** Moves the clock of an app on, by moving every time in its database back. */
export async function advanceTime(sql: Sql, seconds: number): Promise<void> {
  const columns = await sql`select table_name as table, string_agg(
      format('%1$I = %1$I - make_interval(secs => ${sql.unsafe(String(seconds))})', column_name), ', ') as moved
    from information_schema.columns
    where table_schema = 'latchkey' and data_type = 'timestamp with time zone' group by table_name`
  await sql.begin((tx) => columns.map(({ table, moved }) => tx.unsafe(`update latchkey."${table}" set ${moved}`)))
}
