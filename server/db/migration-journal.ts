import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import type postgres from 'postgres'

const FOLDER = path.join(process.cwd(), 'drizzle')

/** A migration of this version. Its time is its identity, in the database too. */
export interface Migration {
  tag: string
  time: number
  hash: string
  sql: string
}

/** The migrations of this version, the oldest first. */
export function knownMigrations(): Migration[] {
  const journal = JSON.parse(readFileSync(path.join(FOLDER, 'meta', '_journal.json'), 'utf8'))
  return readMigrationFiles({ migrationsFolder: FOLDER }).map(({ folderMillis: time, hash, sql }, index) => ({
    tag: journal.entries[index].tag,
    time,
    hash,
    sql: sql.join('\n;\n'),
  }))
}

/** The directory over Latchkey's own accounts: SQL that replaces itself. */
export function ownDirectory(): { sql: string; hash: string } {
  const sql = readFileSync(path.join(FOLDER, 'own-directory.sql'), 'utf8')
  return { sql, hash: createHash('sha256').update(sql).digest('hex') }
}

/** What a database says about its migrations. */
export interface Journal {
  /** Rows of `latchkey.migrations`; undefined if there is no such table. */
  rows?: { hash: string; time: number | null }[]
  /** Migrations in the table that versions before 0005 used. Other applications with Drizzle use it too. */
  formerTimes: number[]
  /** The comment of the view `latchkey.accounts`; undefined if there is no such view. */
  directory?: string | null
}

/** Reads the journal. It takes no lock, and works in a database that knows nothing of Latchkey. */
export async function readJournal(client: postgres.Sql): Promise<Journal> {
  const tables = await client`
    select n.nspname as schema, pg_catalog.obj_description(c.oid, 'pg_class') as comment, c.relname as name
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where (n.nspname, c.relname) in (('latchkey', 'migrations'), ('latchkey', 'accounts'))
      or (n.nspname, c.relname) = ('drizzle', '__drizzle_migrations')
        and pg_catalog.has_schema_privilege(n.oid, 'usage') and pg_catalog.has_table_privilege(c.oid, 'select')`
  const find = (name: string) => tables.find((table) => table.name === name)
  const rows = find('migrations') && (await client`select hash, created_at as time from latchkey.migrations`)
  const former = find('__drizzle_migrations')
    ? await client`select created_at as time from drizzle.__drizzle_migrations`
    : []
  return {
    rows: rows?.map(({ hash, time }) => ({ hash, time: time === null ? null : Number(time) })),
    formerTimes: former.map(({ time }) => Number(time)),
    directory: find('accounts')?.comment,
  }
}
