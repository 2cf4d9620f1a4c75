import { randomBytes } from 'node:crypto'
import postgres from 'postgres'
import { afterAll, beforeEach, describe, expect, inject, it } from 'vitest'
import journal from '@/drizzle/meta/_journal.json'
import { bundleCommand, npmCommand } from '@/server/testing/command'
import type {} from '@/server/testing/global-setup'
import { migrate } from './migrate'
import { knownMigrations } from './migration-journal'
import { MIGRATION_LOCK } from './migration-script'

const server = inject('postgres')
const admin = postgres(server.url, { max: 1, onnotice: () => {} })
const TAGS = journal.entries.map(({ tag }) => tag)

let url: string
let sql: postgres.Sql
const databases: string[] = []
const clients: postgres.Sql[] = []

/** A URL of the test's database, for another role if one is given. */
function urlFor(name: string, role?: string) {
  const address = new URL(server.url)
  address.pathname = name
  if (role) address.username = role
  return address.href
}

beforeEach(async () => {
  const name = `test_${randomBytes(8).toString('hex')}`
  await admin.unsafe(`create database ${name}`)
  databases.push(name)
  url = urlFor(name)
  sql = postgres(url, { max: 2, onnotice: () => {} })
  clients.push(sql)
})

afterAll(async () => {
  for (const client of clients) await client.end()
  for (const name of databases) await admin.unsafe(`drop database ${name} with (force)`)
  await admin.end()
})

const times = async () =>
  (await sql`select created_at from latchkey.migrations order by id`).map((row) => row.created_at)

const migrateProcess = await bundleCommand('scripts/migrate.ts')

it('an empty database gets every migration once, from ten connections at once', async () => {
  const reports = await Promise.all(Array.from({ length: 10 }, () => migrate(url)))
  expect(reports.map(({ applied }) => applied.length).sort()).toEqual([...Array(9).fill(0), TAGS.length])
  expect(await migrate(url)).toEqual({ applied: [], newer: 0 })
  expect((await times()).filter(Boolean)).toEqual(journal.entries.map(({ when }) => String(when)))
  expect(
    await sql`select schemaname from pg_tables where schemaname not in ('latchkey', 'pg_catalog', 'information_schema')`,
  ).toEqual([])
})

it('npm run migrate says what it did, from several processes at once', async () => {
  const runs = await Promise.all(
    [npmCommand('scripts/migrate.ts'), migrateProcess, migrateProcess].map((run) => run({ DATABASE_URL: url })),
  )
  const outputs = runs.map(({ output }) => output).sort()
  expect(runs.map(({ code }) => code)).toEqual([0, 0, 0])
  expect(outputs).toEqual([`Applied ${TAGS.join(', ')}.`, 'No migrations to apply.', 'No migrations to apply.'])
})

it('with external accounts, migrating needs no account directory and makes none', async () => {
  await migrate(url, 'external')
  expect(await sql`select to_regclass('latchkey.accounts') as view`).toEqual([{ view: null }])
  await migrate(url, 'own')
  expect(await sql`select count(*)::int as count from latchkey.accounts`).toEqual([{ count: 0 }])
})

it.each([{ variable: 'DATABASE_URL' }, { variable: 'DATABASE_DIRECT_URL' }])(
  'a wrong ACCOUNTS is refused and nothing is created, with $variable',
  async ({ variable }) => {
    const { code, output } = await migrateProcess({ [variable]: url, ACCOUNTS: 'External' })
    expect(code).toBe(1)
    expect(output).toContain('ACCOUNTS must be one of own, external')
    expect(await sql`select to_regnamespace('latchkey') as schema`).toEqual([{ schema: null }])
  },
)

it("another application's directory is kept, and the error names what to run to go back to own accounts", async () => {
  await migrate(url, 'external')
  await sql.unsafe(`
    create view latchkey.accounts as select 1::bigint as id;
    create function latchkey.account_id(text) returns bigint language sql as 'select 1::bigint';
    create function latchkey.set_password(bigint, text) returns boolean language sql as 'select true';
    create function latchkey.end_sessions(bigint) returns integer language sql as 'select 0'`)
  const { code, output } = await migrateProcess({ DATABASE_URL: url })
  expect(code).toBe(1)
  await sql.unsafe(/run: (drop .*)$/.exec(output)?.[1] ?? '')
  await migrate(url, 'own')
  expect(await sql`select count(*)::int as count from latchkey.accounts`).toEqual([{ count: 0 }])
})

describe('a lock', () => {
  it('of another process that migrates: the error names its session, the time and what to do', async () => {
    const holder = await sql.reserve()
    const [session] = await holder`select pg_backend_pid() as pid, pg_advisory_lock(${MIGRATION_LOCK})`
    const { code, output } = await migrateProcess({ DATABASE_DIRECT_URL: url }, '--wait', '0')
    holder.release()
    expect(code).toBe(1)
    expect(output.split('\n')).toHaveLength(1)
    expect(output).toMatch(new RegExp(`migrated by session ${session?.pid} \\(.*\\)\\. Waited \\d+ s`))
    expect(output).toContain(`select pg_terminate_backend(${session?.pid});`)
  })

  it('of another transaction on a table: the error names its session, nothing is changed, and the next try succeeds', async () => {
    await migrateFormerly()
    const holder = await sql.reserve()
    await holder`begin`
    const [session] = await holder`select pg_backend_pid() as pid, count(*) from users`
    const error = await migrate(url, 'own', { waitMs: 0 }).catch((thrown: Error) => thrown.message)
    expect(error).toMatch(new RegExp(`could not lock its tables within \\d+ s, because of session ${session?.pid} \\(`))
    expect(error).toContain(`select pg_terminate_backend(${session?.pid});`)
    expect(await sql`select to_regnamespace('latchkey') as schema`).toEqual([{ schema: null }])
    await holder`rollback`
    holder.release()
    expect((await migrate(url)).applied).toEqual(TAGS.slice(5))
  })
})

/** The table that versions before 0005 used for their journal. Drizzle's default, so other applications have it too. */
async function createFormerJournal(rows: { hash: string; time: number }[]) {
  await sql`create schema drizzle`
  await sql`create table drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)`
  for (const { hash, time } of rows) {
    await sql`insert into drizzle.__drizzle_migrations (hash, created_at) values (${hash}, ${time})`
  }
}

/** A database as versions before 0005 left it, with an account, and perhaps with migrations of another application. */
async function migrateFormerly(others: { hash: string; time: number }[] = []) {
  const earlier = knownMigrations().slice(0, 5)
  for (const migration of earlier) await sql.unsafe(migration.sql)
  await sql`insert into users (email, username, full_name, password_hash) values ('a@example.com', 'a', 'A', 'x')`
  await createFormerJournal([...earlier, ...others])
}

describe('the journal of earlier versions', () => {
  it('is carried over, and its schema is dropped', async () => {
    await migrateFormerly()
    expect((await migrate(url)).applied).toEqual(TAGS.slice(5))
    expect((await times()).filter(Boolean)).toEqual(journal.entries.map(({ when }) => String(when)))
    expect(await sql`select to_regnamespace('drizzle') as schema`).toEqual([{ schema: null }])
    expect(await sql`select email from latchkey.accounts`).toEqual([{ email: 'a@example.com' }])
  })

  it('stays where another application keeps its own migrations in it', async () => {
    await migrateFormerly([{ hash: 'theirs', time: 1 }])
    await migrate(url)
    expect(await sql`select hash from drizzle.__drizzle_migrations`).toEqual([{ hash: 'theirs' }])
  })

  it('of another application alone is not taken for ours', async () => {
    await createFormerJournal([{ hash: 'theirs', time: 1 }])
    await sql`create table users (id integer)`
    expect((await migrate(url, 'external')).applied).toEqual(TAGS)
    expect(await sql`select hash from drizzle.__drizzle_migrations`).toEqual([{ hash: 'theirs' }])
    expect(
      await sql`select column_name as name from information_schema.columns where table_schema = 'public' and table_name = 'users'`,
    ).toEqual([{ name: 'id' }])
  })
})

it('a database that a newer version has migrated is left as it is, and the report says so', async () => {
  await migrate(url)
  await sql`insert into latchkey.migrations (hash, created_at) values ('newer', ${Date.now() + 1e12})`
  await sql`drop view latchkey.accounts`
  expect(await migrate(url)).toEqual({ applied: [], newer: 1 })
  expect(await sql`select to_regclass('latchkey.accounts') as view`).toEqual([{ view: null }])
  const { code, output } = await migrateProcess({ DATABASE_URL: url })
  expect(code).toBe(0)
  expect(output).toMatch(/No migrations to apply\.\nThe database has 1 migration of a newer version\./)
})

describe('a role with few rights', () => {
  const newRole = async () => {
    const role = `role_${randomBytes(6).toString('hex')}`
    await admin.unsafe(`create role ${role} login password '${new URL(server.url).password}'`)
    return role
  }
  const name = () => databases.at(-1) ?? ''

  it('is told which schema to create, and then needs no more', async () => {
    const role = await newRole()
    const error = await migrate(urlFor(name(), role), 'external').catch((thrown: Error) => thrown.message)
    expect(error).toContain(`The role ${role} may not migrate the database (permission denied for database`)
    expect(error).toContain(`create schema latchkey authorization ${role};`)
    await sql.unsafe(`create schema latchkey authorization ${role}`)
    expect((await migrate(urlFor(name(), role), 'own')).applied).toEqual(TAGS)
  })

  it.each([
    ['nothing', () => ''],
    ['no migrations', (role: string) => `grant usage on schema latchkey to ${role}`],
  ])('that may read %s of a migrated database is told in one line what to do', async (_, grant) => {
    await migrate(url, 'external')
    const role = await newRole()
    await sql.unsafe(grant(role))
    const { code, output } = await migrateProcess({ DATABASE_URL: urlFor(name(), role), ACCOUNTS: 'external' })
    expect(code).toBe(1)
    expect(output).toMatch(
      new RegExp(
        `^The role ${role} may not read the migrations of the database \\(permission denied for .*npm run adopt.*$`,
      ),
    )
  })

  it('is told which grant a schema of another role needs', async () => {
    const role = await newRole()
    await sql`create schema latchkey`
    const error = await migrate(urlFor(name(), role), 'external').catch((thrown: Error) => thrown.message)
    expect(error).toContain(`grant usage, create on schema latchkey to ${role};`)
  })
})
