import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { betterAuth } from '@/scripts/adopt/better-auth'
import { laravel } from '@/scripts/adopt/laravel'
import { createAdopted } from '@/server/testing/adopt/adopted'
import { betterAuthSchema } from '@/server/testing/adopt/better-auth'
import { checkPasswordFormat, checkRoundTrip } from './check-accounts'
import { checkDirectory } from './check-directory'
import { checkIndexes } from './check-indexes'
import { checkClock, checkTls } from './check-server'
import { lineOf } from './finding'

const HASH = '$2b$12$EXRkfkdmXn2gzds2SSitu.MW9.gAVqa9eLS1//RYtYCmB1eLHg.9q'
const POLICY = { passwordHash: 'bcrypt' } as const
const PEOPLE = `insert into users (name, email, password) values ('Ada', 'ada@example.com', '${HASH}')`

const adopted = await createAdopted(laravel, { people: PEOPLE })
const { owner, role } = adopted

const withSubqueries = await createAdopted(betterAuth, { schema: await betterAuthSchema(inject('postgres').url) })

const lines = async (findings: Promise<Awaited<ReturnType<typeof checkDirectory>>>) => (await findings).map(lineOf)

describe('a directory that `npm run adopt` wrote', () => {
  it('has no fault', async () => {
    expect(await lines(checkDirectory(role))).toEqual(['✓ the account directory: view, functions and privileges'])
    expect(await lines(checkIndexes(role))).toEqual(['✓ an index finds accounts by email address, username and id'])
    expect(lineOf(await checkPasswordFormat(role, 'bcrypt'))).toMatch(/^✓ .*bcrypt/)
  })

  it('is changed by no check', async () => {
    expect(lineOf(await checkRoundTrip(role, POLICY))).toMatch(/^✓ a round trip/)
    expect(await owner`select password from users`).toEqual([{ password: HASH }])
  })
})

/** A way to break the directory, how to repair it, and the line that names the fault and what to do. */
const FAULTS: [string, string, RegExp][] = [
  ['a view that is gone', 'drop view latchkey.accounts', /latchkey\.accounts does not exist.*npm run adopt/],
  ['a missing column', renamedColumn('locale', 'language'), /accounts\.locale is missing.*null::text/],
  [
    'a column of another type',
    replacedColumn('active', '1::int as active'),
    /active is of type integer, not boolean.*Cast/,
  ],
  ['a missing function', 'drop function latchkey.end_sessions', /latchkey\.end_sessions does not exist/],
  ['a look-up that cannot use an index', 'alter function latchkey.account_id stable', /account_id is not immutable/],
  ['a function for another type', otherType(), /latchkey\.set_password does not fit the view/],
  [
    'a view that cannot be read',
    `revoke select on latchkey.accounts from ${adopted.roleName}`,
    /may not read.*grant select/,
  ],
  [
    'rows that cannot be locked',
    `revoke update (sign_in_via) on latchkey.accounts from ${adopted.roleName}`,
    /may not lock.*grant update/,
  ],
  [
    'a function that may not be called',
    `revoke execute on function latchkey.set_password from ${adopted.roleName}`,
    /may not call.*grant execute/,
  ],
  [
    'a table that cannot be written',
    `revoke insert on latchkey.mail_outbox from ${adopted.roleName}`,
    /may not change latchkey\.mail_outbox.*grant/,
  ],
  ['an id that raises an error', raisingId(), /account_id does not return null for text that is no id.*case when/],
  ['an id that is lost', lostId(), /account_id does not return the id of an account.*case when/],
  ['a view with an outer join', outerJoin(), /cannot be locked.*scalar subqueries/],
]

describe.each(FAULTS)('%s', (_, fault, line) => {
  beforeAll(async () => void (await owner.unsafe(fault)))
  afterAll(() => adopted.apply())

  it('is named in one line, with what to do', async () => {
    const found = await lines(checkDirectory(role))
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(/^✗ /)
    expect(found[0]).toMatch(line)
  })
})

describe('the use of a directory', () => {
  afterAll(() => adopted.apply())

  it('names the index that is missing, with the statement that creates it', async () => {
    const [index] = await owner`
      select indexrelid::regclass::text as name from pg_index
      where indrelid = 'public.users'::regclass and pg_get_indexdef(indexrelid) like '%lower(%email%'`
    await owner.unsafe(`drop index ${index?.name}`)
    const [line] = await lines(checkIndexes(role))
    expect(line).toMatch(/^✗ no index finds accounts by email address: rows of public\.users are compared one by one/)
    const statement = /Run: (create index .*;)/.exec(line ?? '')?.[1]
    await owner.unsafe(statement as string)
    expect(await lines(checkIndexes(role))).toEqual(['✓ an index finds accounts by email address, username and id'])
  })

  it('names the index that a subquery of the view needs', async () => {
    const { owner, role } = withSubqueries
    expect(await lines(checkIndexes(role))).toEqual(['✓ an index finds accounts by email address, username and id'])
    const indexes = await owner`
      select indexrelid::regclass::text as name from pg_index
      where indrelid = 'public.account'::regclass and pg_get_indexdef(indexrelid) like '%userId%'`
    for (const { name } of indexes) await owner.unsafe(`drop index ${name}`)
    const found = await lines(checkIndexes(role))
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(
      /^✗ no index answers a subquery of the view: public\.account is read whole.*Create an index .*"userId" = u\.id/,
    )
  })

  it('tells that the application would not understand new passwords', async () => {
    expect(lineOf(await checkPasswordFormat(role, 'argon2id'))).toMatch(
      /^✗ .*stored passwords are bcrypt.*PASSWORD_HASH=bcrypt/,
    )
  })

  it('tells that a function stores no password', async () => {
    await owner.unsafe(`create or replace function latchkey.set_password(account bigint, hash text) returns boolean
      language sql as 'select false'`)
    expect(lineOf(await checkRoundTrip(role, POLICY))).toMatch(/^✗ latchkey\.set_password returns false/)
    await owner.unsafe(`create or replace function latchkey.set_password(account bigint, hash text) returns boolean
      language sql as 'select true'`)
    expect(lineOf(await checkRoundTrip(role, POLICY))).toMatch(/^✗ .*does not show the password/)
    await owner.unsafe(`create or replace function latchkey.set_password(account bigint, hash text) returns boolean
      language sql as 'select 1 / 0 = 1'`)
    expect(lineOf(await checkRoundTrip(role, POLICY))).toMatch(/^✗ a round trip failed \(division by zero\)/)
  })
})

it('an unencrypted connection to another host is a fault, and clocks are compared', async () => {
  expect(lineOf(await checkTls(role, '127.0.0.1', 'session'))).toMatch(/^✓/)
  for (const host of ['db.example.com', 'localhost.db.example.com', '127.0.0.1.example.com'])
    expect(lineOf(await checkTls(role, host, 'session'))).toMatch(/^✗ .*not encrypted.*sslmode/)
  expect(lineOf(await checkClock(role))).toMatch(/^✓/)
})

function renamedColumn(from: string, to: string) {
  return `alter view latchkey.accounts rename column ${from} to ${to}`
}

/** The view again with one column written in another way, and its grants. */
function replacedColumn(name: string, sql: string) {
  const columns = [
    'id',
    'email',
    'username',
    'full_name',
    'picture',
    'locale',
    'password_hash',
    'active',
    'sign_in_via',
  ]
  const list = columns.map((column) => (column === name ? sql : `old.${column}`)).join(', ')
  return `alter view latchkey.accounts rename to old_accounts;
    create view latchkey.accounts as select ${list} from latchkey.old_accounts old;
    grant select, update on latchkey.accounts to ${adopted.roleName}`
}

function otherType() {
  return `drop function latchkey.set_password;
    create function latchkey.set_password(account uuid, hash text) returns boolean language sql as 'select true'`
}

function raisingId() {
  return `create or replace function latchkey.account_id(text) returns bigint language sql immutable
    as 'select $1::bigint'`
}

function lostId() {
  return `create or replace function latchkey.account_id(text) returns bigint language sql immutable
    as 'select case when $1 ~ ''^[0-9]{2,18}$'' then $1::bigint end'`
}

function outerJoin() {
  return `drop view latchkey.accounts;
    create view latchkey.accounts as select u.id, email::text, null::text as username, name::text as full_name,
      null::text as picture, null::text as locale, password::text as password_hash, true as active,
      null::text as sign_in_via from users u left join sessions s on s.user_id = u.id;
    grant select, update on latchkey.accounts to ${adopted.roleName}`
}
