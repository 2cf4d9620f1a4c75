import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { createApplicationDatabase } from '@/server/testing/adopt/adopted'
import { bundleCommand, npmCommand } from '@/server/testing/command'
import { FRAMEWORKS } from './frameworks'
import { generateDirectory } from './generate-directory'

const { owner, ownerUrl } = await createApplicationDatabase()
const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'latchkey-adopt-'))
afterAll(() => fs.rm(folder, { recursive: true }))

const adopt = await bundleCommand('scripts/adopt/command.ts')
const variablesOf = (DATABASE_DIRECT_URL = ownerUrl) => ({
  DATABASE_URL: 'postgres://nobody@127.0.0.1:1/unused',
  DATABASE_DIRECT_URL,
})

const generate = (name: string, options: Parameters<typeof generateDirectory>[2] = {}) => {
  const framework = FRAMEWORKS.find((framework) => framework.name === name)
  if (!framework) throw new Error(`no framework ${name}`)
  return generateDirectory(ownerUrl, framework, options)
}

const USERS = 'id serial primary key, email text, password text, remember_token text'

test('writes the SQL to standard output, everything else to standard error, and changes nothing', async () => {
  await owner.unsafe(`create table users (${USERS})`)
  const objects = () => owner`select count(*) from pg_class union all select count(*) from pg_proc`
  const before = await objects()
  const asNpm = { ...variablesOf(), npm_lifecycle_event: 'adopt' }
  const { stdout, stderr, code } = await adopt(asNpm, 'laravel', '--role', 'recovery')
  expect(code).toBe(0)
  expect(stdout).toMatch(/^-- Connects Latchkey to the users of Laravel/)
  expect(stdout).toContain('create view latchkey.accounts as')
  expect(stderr).not.toContain('create view')
  for (const line of ['Found:', 'Assumed:', 'ACCOUNTS=external', 'PASSWORD_HASH=bcrypt', 'npm run doctor']) {
    expect(stderr).toContain(line)
  }
  expect(stderr).toContain("create role recovery login password '…'")
  expect(stderr).toContain('npm has written its own lines above the SQL')
  expect(await objects()).toEqual(before)
})

test('--out writes a file, and then standard output stays empty', async () => {
  const out = path.join(folder, 'latchkey.sql')
  const { stdout, stderr } = await adopt(variablesOf(), 'laravel', '--out', out, '--role', 'recovery "role"')
  expect(stdout).toBe('')
  expect(stderr).toContain(`-f ${out}`)
  expect(stderr).not.toContain('npm has written')
  expect(await fs.readFile(out, 'utf8')).toContain('grant usage on schema latchkey to "recovery ""role""";')
})

test('without a framework, says which there are', async () => {
  const { stderr, code } = await npmCommand('scripts/adopt/command.ts')(variablesOf())
  expect(code).toBe(1)
  expect(stderr).toContain('django|devise|laravel|better-auth|supabase|authjs')
})

test('without a database, names it in one line without its password', async () => {
  const unreachable = variablesOf('postgres://owner:topsecret@127.0.0.1:1/app')
  const { stderr, code } = await adopt(unreachable, 'django')
  expect(code).toBe(1)
  expect(stderr).toMatch(/^DATABASE_DIRECT_URL: cannot use PostgreSQL at 127\.0\.0\.1:1 \(ECONNREFUSED\)[^\n]*$/)
})

test('a framework whose tables are missing: says what it looked for, and which tables are similar', async () => {
  await owner.unsafe(
    'create schema shop; create table shop.members (id int, mail text); create table shop.orders (id int)',
  )
  await expect(generate('django')).rejects.toThrow(
    /^Looked for the users table of Django: auth_user.*There is none\. Similar tables: public\.users, shop\.members\. /,
  )
})

test('several tables that could be it: asks for one', async () => {
  for (const name of ['staff', 'patients']) {
    await owner.unsafe(
      `create table shop.${name} (id int primary key, email text, password text, last_login timestamptz)`,
    )
  }
  await expect(generate('django')).rejects.toThrow(/shop\.patients, shop\.staff\. Choose one with --table\./)
  const { sql } = await generate('django', { table: 'shop.staff' })
  expect(sql).toContain('from shop.staff u;')
})

test('a table that is asked for must exist and have the columns', async () => {
  await expect(generate('django', { table: 'shop.nurses' })).rejects.toThrow('There is no table shop.nurses.')
  await expect(generate('django', { table: 'shop.orders' })).rejects.toThrow(
    'shop.orders has no column password, last_login, email',
  )
})

test("Latchkey's own tables are not taken for the application's", async () => {
  await owner.unsafe(
    `drop table users; create schema if not exists latchkey; create table if not exists latchkey.users (${USERS})`,
  )
  await expect(generate('laravel')).rejects.toThrow(/There is none/)
})

test('names that need quotes, and types such as citext, give SQL that PostgreSQL accepts', async () => {
  await owner.unsafe(`
    create schema "Shop"; create domain "Shop".address as text collate "C";
    create table "Shop"."User" (id bigint primary key, email "Shop".address, password text, last_login timestamptz, "order" int)`)
  const { sql } = await generate('django', { table: 'Shop.User', role: 'pg_monitor' })
  expect(sql).toContain('from "Shop"."User" u;')
  expect(sql).toContain('u.email::text as email')
  expect(sql).toContain('(lower(email::text collate "C"))')
  await owner.unsafe(sql.split('-- The rights of')[0] as string)
  await owner.unsafe('rollback')
})
