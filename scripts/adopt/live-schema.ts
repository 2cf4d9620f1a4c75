import type postgres from 'postgres'

export interface Column {
  name: string
  /** The name as SQL writes it, with quotes where PostgreSQL needs them. */
  sql: string
  /** As PostgreSQL writes it without a length, for example `character varying`. */
  type: string
  nullable: boolean
}

/** A table of the adopter's application. */
export interface Table {
  schema: string
  name: string
  /** The qualified name as SQL writes it. */
  sql: string
  owner: string
  /** The connected role owns it, or is a member of the role that does: it may create indexes. */
  owned: boolean
  /** The planner's estimate; null before the first `analyze`. */
  rows: number | null
  /** Row-level security is on. */
  rowSecurity: boolean
  /** It has triggers of the application's own. */
  triggers: boolean
  columns: Map<string, Column>
}

export interface LiveSchema {
  /** Tables on the search path come first. */
  tables: Table[]
  /** The table of this name, `table` or `schema.table`. */
  find(name: string): Table | undefined
  /** True when an equality on the expression uses an index, judged by a plan with sequential scans disabled. */
  hasIndex(table: Table, expression: string): Promise<boolean>
  /** Runs a query in the read-only transaction. */
  rows<Row>(query: string): Promise<Row[]>
  hasRole(name: string): Promise<boolean>
}

/** Every table outside the system's schemas and Latchkey's own, with its columns. */
const TABLES = `
select n.nspname as schema, c.relname as name, format('%I.%I', n.nspname, c.relname) as sql,
       pg_get_userbyid(c.relowner) as owner, pg_has_role(c.relowner, 'usage') as owned,
       case when c.reltuples >= 0 then c.reltuples::float8 end as rows,
       c.relrowsecurity as "rowSecurity",
       exists (select from pg_catalog.pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal) as triggers,
       json_agg(json_build_object('name', a.attname, 'sql', quote_ident(a.attname),
                                  'type', format_type(a.atttypid, null), 'nullable', not a.attnotnull)
                order by a.attnum) as columns
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relkind in ('r', 'p') and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'latchkey', 'drizzle')
group by n.nspname, c.relname, c.relowner, c.oid, c.reltuples, c.relrowsecurity
order by pg_table_is_visible(c.oid) desc, n.nspname, c.relname`

/**
 * Reads the tables of a database.
 * @param sql a read-only transaction, which must stay open while the result is used
 */
export async function readLiveSchema(sql: postgres.TransactionSql): Promise<LiveSchema> {
  const rows = async <Row>(query: string) => (await sql.unsafe(query)) as unknown as Row[]
  const found = await rows<Omit<Table, 'columns'> & { columns: Column[] }>(TABLES)
  const tables = found.map((table) => ({
    ...table,
    columns: new Map(table.columns.map((column) => [column.name, column])),
  }))
  return {
    tables,
    rows,
    find: (name) => tables.find((table) => table.name === name || `${table.schema}.${table.name}` === name),
    async hasIndex(table, expression) {
      await sql`set local enable_seqscan = off`
      const any = `(select ${expression} from ${table.sql} limit 1)` // a value of the right type
      const plan = await rows(`explain (format json) select from ${table.sql} where ${expression} = ${any}`)
      return JSON.stringify(plan).includes('"Index Cond"')
    },
    async hasRole(name) {
      return (await sql`select from pg_catalog.pg_roles where rolname = ${name}`).length > 0
    },
  }
}
