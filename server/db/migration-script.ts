import type { Migration } from './migration-journal'

/** An arbitrary number. The process that migrates holds this advisory lock. */
export const MIGRATION_LOCK = 7_421_904

/** SQLSTATEs that the script raises itself. */
export const LOCK_HELD = 'LK001'
export const JOURNAL_CHANGED = 'LK002'

/** A migration waits this long for its locks on tables. Statements of the servers queue behind it meanwhile. */
const LOCK_TIMEOUT_MS = 2_000

const block = (body: string) => `do $latchkey$ begin\n${body}\nend $latchkey$;`

const TAKE_LOCK = block(`
  if not pg_try_advisory_xact_lock(${MIGRATION_LOCK}) then
    raise exception 'another process is migrating' using errcode = '${LOCK_HELD}';
  end if;`)

/** "if not exists" demands the right to create even if nothing must be created, so look first. */
const CREATE_JOURNAL = block(`
  if not exists (select from pg_catalog.pg_namespace where nspname = 'latchkey') then
    create schema latchkey;
  end if;
  if to_regclass('latchkey.migrations') is null then
    create table latchkey.migrations (id serial primary key, hash text not null, created_at bigint);
  end if;`)

/** Moves the rows of these migrations from the former table, which is dropped with its schema if nothing else is in it. */
const carryOver = (times: number[]) =>
  times.length === 0
    ? ''
    : block(`
  insert into latchkey.migrations (hash, created_at)
    select hash, created_at from drizzle.__drizzle_migrations where created_at in (${times.join(', ')}) order by id;
  delete from drizzle.__drizzle_migrations where created_at in (${times.join(', ')});
  if not exists (select from drizzle.__drizzle_migrations) then
    drop table drizzle.__drizzle_migrations;
    drop schema drizzle;
  end if;
exception when insufficient_privilege or dependent_objects_still_exist then
  insert into latchkey.migrations (hash, created_at)
    select hash, created_at from drizzle.__drizzle_migrations where created_at in (${times.join(', ')}) order by id;`)

/** Another process may have migrated between our look at the journal and this transaction. */
const expectRows = (count: number) =>
  block(`
  if (select count(*) from latchkey.migrations) <> ${count} then
    raise exception 'another process has migrated' using errcode = '${JOURNAL_CHANGED}';
  end if;`)

const record = (hash: string, time: number | null) =>
  `insert into latchkey.migrations (hash, created_at) values ('${hash}', ${time ?? 'null'});`

/**
 * The whole work as one message to the server: it runs in one transaction, needs nothing of a session, and a connection
 * that breaks leaves nothing half done.
 * @param former the times of the migrations to carry over from the former table
 * @param rows how many rows the journal has, those included
 */
export function migrationScript(steps: {
  former: number[]
  rows: number
  pending: Migration[]
  directory?: { sql: string; hash: string }
}): string {
  return [
    'begin;',
    `set local lock_timeout = ${LOCK_TIMEOUT_MS};`,
    'set local statement_timeout = 0;',
    'set local client_min_messages = warning;',
    "set local application_name = 'latchkey migrate';",
    // The tables of versions before 0005 are in "public" until they are moved. Otherwise nothing of "public" is used:
    // other roles may be able to create functions there (CVE-2018-1058).
    `set local search_path = latchkey, ${steps.former.length > 0 ? 'public' : 'pg_temp'};`,
    TAKE_LOCK,
    CREATE_JOURNAL,
    carryOver(steps.former),
    expectRows(steps.rows),
    ...steps.pending.flatMap(({ sql, hash, time }) => [sql, ';', record(hash, time)]),
    ...(steps.directory ? [steps.directory.sql, ';', record(steps.directory.hash, null)] : []),
    'commit;',
  ].join('\n')
}
