import type { Sql } from 'postgres'

/** What a table and each of its indexes take per million rows, in MB (1 MB = 1,000,000 bytes). */
export interface TableSize {
  table: string
  rows: number
  tableMb: number
  indexes: { name: string; mb: number }[]
}

/** @param tables of the schema `latchkey`, analyzed after they were filled: their numbers of rows are PostgreSQL's estimates */
export async function measureSizes(sql: Sql, tables: string[]): Promise<TableSize[]> {
  const sizes: TableSize[] = []
  for (const table of tables) {
    const [row] = await sql<{ rows: string; bytes: string }[]>`
      select reltuples::bigint as rows, pg_table_size(oid) as bytes from pg_class
      where oid = ${`latchkey.${table}`}::regclass`
    const indexes = await sql<{ name: string; bytes: string }[]>`
      select indexrelid::regclass::text as name, pg_relation_size(indexrelid) as bytes from pg_index
      where indrelid = ${`latchkey.${table}`}::regclass order by name`
    const rows = Number(row?.rows)
    const perMillion = (bytes: string | undefined) => Number(bytes) / rows
    sizes.push({
      table: `latchkey.${table}`,
      rows,
      tableMb: perMillion(row?.bytes),
      indexes: indexes.map(({ name, bytes }) => ({ name: name.replace('latchkey.', ''), mb: perMillion(bytes) })),
    })
  }
  return sizes
}
