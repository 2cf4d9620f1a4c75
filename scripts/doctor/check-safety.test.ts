import { afterEach, describe, expect, it } from 'vitest'
import { laravel } from '@/scripts/adopt/laravel'
import { createDatabase } from '@/server/db/client'
import { createAdopted } from '@/server/testing/adopt/adopted'
import { checkActive } from './check-accounts'
import { checkIndexes } from './check-indexes'
import { checkSafety } from './check-safety'
import { lineOf } from './finding'

const people = `insert into users (name, email, password) values
  ('Ada', 'ada@example.com', '$2y$12$EXRkfkdmXn2gzds2SSitu.MW9.gAVqa9eLS1//RYtYCmB1eLHg.9q'),
  ('Bob', 'bob@example.com', '$2y$12$EXRkfkdmXn2gzds2SSitu.MW9.gAVqa9eLS1//RYtYCmB1eLHg.9q')`
const adopted = await createAdopted(laravel, { people })
const { owner, role, roleName, roleUrl } = adopted

afterEach(async () => {
  await owner.unsafe('revoke create on schema public from public')
  await adopted.apply()
})

const linesOf = async (accounts: 'own' | 'external' = 'external') => (await checkSafety(role, accounts)).map(lineOf)

describe('a directory that `npm run adopt` wrote', () => {
  it('is safe', async () => {
    expect(await linesOf()).toEqual(['✓ no other role can change what this one calls'])
    expect(await checkActive(role)).toEqual([])
  })

  it('is a fault with ACCOUNTS=own', async () => {
    expect(await linesOf('own')).toEqual([expect.stringMatching(/^✗ ACCOUNTS is own, but .*Set ACCOUNTS=external$/)])
  })
})

it('a search_path with a schema in which every role may create functions is a fault, with what to run', async () => {
  await owner.unsafe('grant create on schema public to public')
  expect(await linesOf()).toEqual([
    expect.stringMatching(
      /^✗ every role may create functions in the schema public, .*Run: alter role .* set search_path/,
    ),
  ])
  // The servers' own connections do not depend on it, unless a pooler shares them.
  const { db, close } = createDatabase(roleUrl)
  expect((await checkSafety(db.$client, 'external')).map(lineOf)).toEqual([expect.stringMatching(/^✓/)])
  await close()
})

it('a function with the rights of its owner and an open search_path is a fault', async () => {
  await owner.unsafe('alter function latchkey.set_password reset search_path')
  expect(await linesOf()).toEqual([expect.stringMatching(/^✗ latchkey\.set_password runs .*search_path of its caller/)])
  await owner.unsafe('alter function latchkey.set_password set search_path = pg_catalog, public')
  await owner.unsafe('grant create on schema public to public')
  await role.unsafe(`set search_path = pg_catalog, pg_temp`)
  expect(await linesOf()).toContainEqual(
    expect.stringMatching(
      /^✗ latchkey\.set_password .*schema public of its search_path.*revoke create on schema public/,
    ),
  )
})

it('a view through which the role may write to the tables of the application is a fault', async () => {
  await owner.unsafe(`grant update, delete on latchkey.accounts to ${roleName}`)
  expect(await linesOf()).toEqual([expect.stringMatching(/^✗ .* may write to your tables .*email.*Run: revoke all/)])
})

it('an activation that is null for some accounts is a fault', async () => {
  const [view] = await owner`select pg_get_viewdef('latchkey.accounts'::regclass) as sql`
  const sql = String(view?.sql).replace('true AS active', "nullif(u.email <> 'bob@example.com', false) AS active")
  expect(sql).toContain('nullif')
  await owner.unsafe(`create or replace view latchkey.accounts as ${sql}`)
  expect((await checkActive(role)).map(lineOf)).toEqual([
    expect.stringMatching(/^✗ latchkey\.accounts\.active is null for 1 of 2 accounts, and null counts as active/),
  ])
})

it('a look-up that finds rows by another index, and compares them one by one, is a fault', async () => {
  await owner.unsafe('create table team (member bigint primary key); insert into team select id from users')
  const [view] = await owner`select pg_get_viewdef('latchkey.accounts'::regclass) as sql`
  await owner.unsafe(
    `create or replace view latchkey.accounts as ${String(view?.sql).replace(/;$/, '')} join team t on t.member = u.id`,
  )
  await owner.unsafe(`grant select on team to ${roleName}`)
  const [index] = await owner`select indexrelid::regclass::text as name from pg_index
    where indrelid = 'public.users'::regclass and pg_get_indexdef(indexrelid) like '%lower(%email%'`
  await owner.unsafe(`drop index ${index?.name}`)
  expect((await checkIndexes(role)).map(lineOf)).toEqual([
    expect.stringMatching(/^✗ no index finds accounts by email address: rows of public\.users .*Run: create index/),
  ])
})
