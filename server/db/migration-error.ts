import type postgres from 'postgres'
import { MIGRATION_LOCK } from './migration-script'

/** Thrown when a database cannot be migrated. The message says in one line what to do. */
export class MigrationError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'MigrationError'
  }
}

/** Describes a session that blocks the migration, for an error message. */
const describeSession = ({ pid, program, address, seconds }: postgres.Row) =>
  `session ${pid} (${program || 'unnamed'}${address ? ` from ${address}` : ''}, for ${seconds} s)`

const SESSION = `a.pid, a.application_name as program, host(a.client_addr) as address,
  extract(epoch from now() - coalesce(a.xact_start, a.state_change, a.backend_start))::int as seconds`

/** Another process holds the lock on migrations. */
export async function lockHeld(client: postgres.Sql, waitedMs: number): Promise<MigrationError> {
  const [holder] = await client.unsafe(`
    select ${SESSION} from pg_catalog.pg_locks l join pg_catalog.pg_stat_activity a using (pid)
    where l.locktype = 'advisory' and l.objid = ${MIGRATION_LOCK} and l.objsubid = 1 and l.granted
      and l.database = (select oid from pg_catalog.pg_database where datname = current_database())`)
  const who = holder ? describeSession(holder) : 'a session that has ended by now'
  const end = holder ? ` If it hangs, end it: select pg_terminate_backend(${holder.pid});` : ''
  return new MigrationError(
    `The database is being migrated by ${who}. Waited ${Math.round(waitedMs / 1000)} s for it. Run this again when it is done.${end}`,
  )
}

/** Another transaction holds a lock on a table that a migration changes. */
export async function tablesLocked(client: postgres.Sql, waitedMs: number): Promise<MigrationError> {
  const [holder] = await client.unsafe(`
    select ${SESSION} from pg_catalog.pg_locks l join pg_catalog.pg_stat_activity a using (pid)
      join pg_catalog.pg_class c on c.oid = l.relation join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where l.granted and l.pid <> pg_backend_pid() and n.nspname in ('latchkey', 'public')
    order by a.xact_start limit 1`)
  const who = holder ? describeSession(holder) : 'a transaction that has ended by now'
  const end = holder ? `, or end it: select pg_terminate_backend(${holder.pid});` : '.'
  return new MigrationError(
    `A migration could not lock its tables within ${Math.round(waitedMs / 1000)} s, because of ${who}. Nothing was changed. Run this again when that transaction has ended${end}`,
  )
}

/** The role may not do what a migration does. */
export async function notAllowed(client: postgres.Sql, error: Error): Promise<MigrationError> {
  const [names] = await client`
    select quote_ident(current_user) as role, quote_ident(current_database()) as database`
  const { role, database } = names as unknown as { role: string; database: string }
  const fix = /for database/.test(error.message)
    ? `create schema latchkey authorization ${role}; or: grant create on database ${database} to ${role};`
    : /for schema (\S+)/.test(error.message)
      ? `grant usage, create on schema ${/for schema (\S+)/.exec(error.message)?.[1]} to ${role};`
      : 'run the migrations as the role that owns the tables of the schema latchkey, by DATABASE_DIRECT_URL.'
  return new MigrationError(
    `The role ${role} may not migrate the database (${error.message}). As an administrator: ${fix}`,
  )
}

/** The role may not read which migrations the database has. It is new, or is no role of Latchkey's. */
export async function mayNotRead(client: postgres.Sql, error: Error): Promise<MigrationError> {
  const [row] = await client`select quote_ident(current_user) as role`
  return new MigrationError(
    `The role ${row?.role} may not read the migrations of the database (${error.message}). If it is the role of the servers, apply the file that \`npm run adopt\` writes, which grants it its rights. Otherwise migrate with the role that owns the schema latchkey, by DATABASE_DIRECT_URL.`,
  )
}

const NOT_ALLOWED = '42501'

/** True for an error of PostgreSQL that says that the role lacks a right. */
export const isNotAllowed = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && error.code === NOT_ALLOWED
