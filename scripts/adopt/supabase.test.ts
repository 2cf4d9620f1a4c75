import fs from 'node:fs/promises'
import { verify } from '@node-rs/bcrypt'
import postgres from 'postgres'
import { describe, expect, inject, test } from 'vitest'
import { createAdopted } from '@/server/testing/adopt/adopted'
import { describeDirectory } from '@/server/testing/adopt/describe-directory'
import { describeJourney } from '@/server/testing/adopt/describe-journey'
import { createRecovery } from '@/server/testing/adopt/recovery'
import { supabase } from './supabase'

const id = (n: number) => `00000000-0000-4000-8000-00000000000${n}`

const PEOPLE = `
insert into auth.users (instance_id, id, email, encrypted_password, email_confirmed_at, raw_user_meta_data, is_sso_user, banned_until, deleted_at)
select '00000000-0000-0000-0000-000000000000', id::uuid, email, password, now(), meta::jsonb, sso, banned, deleted
from (values
  ('${id(1)}', 'jo@example.com', '$2a$10$old', '{"full_name": "Jo Example", "avatar_url": "https://img.example.com/jo"}', false, null::timestamptz, null::timestamptz),
  ('${id(2)}', 'sam@example.com', '', '{"name": "Sam Example"}', false, null, null),
  ('${id(3)}', 'kim@example.com', null, '{}', true, null, null),
  ('${id(4)}', 'lee@example.com', '$2a$10$old', '{}', false, now() + interval '1 day', null),
  ('${id(5)}', 'max@example.com', '$2a$10$old', '{}', false, now() - interval '1 day', null),
  ('${id(6)}', 'ola@example.com', '$2a$10$old', '{}', false, null, now()),
  ('${id(7)}', 'pat@example.com', '', '{}', false, null, null)
) as people (id, email, password, meta, sso, banned, deleted);
update auth.users set email_confirmed_at = null where id = '${id(7)}';
insert into auth.identities (provider_id, user_id, provider, identity_data, last_sign_in_at) values
  ('a', '${id(1)}', 'email', '{}', now()), ('b', '${id(1)}', 'github', '{}', now()),
  ('c', '${id(2)}', 'google', '{}', now() - interval '1 day'), ('d', '${id(2)}', 'github', '{}', now()),
  ('e', '${id(7)}', 'email', '{}', now());
insert into auth.sessions (id, user_id) values ('${id(1)}', '${id(1)}'), ('${id(2)}', '${id(1)}'), ('${id(3)}', '${id(5)}');
insert into auth.refresh_tokens (instance_id, token, user_id, session_id) values
  ('00000000-0000-0000-0000-000000000000', 'with a session', '${id(1)}', '${id(1)}'),
  ('00000000-0000-0000-0000-000000000000', 'without one', '${id(1)}', null),
  ('00000000-0000-0000-0000-000000000000', 'of another account', '${id(5)}', '${id(3)}')`

const adopted = await createAdopted(supabase, { people: PEOPLE })

describeDirectory(() => adopted, {
  idType: 'uuid',
  missingId: id(9),
  email: 'jo@example.com',
  usersTable: 'auth.users',
})

/** In a project of Supabase, the user `postgres` has all rights on the tables of Auth, but does not own them. */
const hosted = await createAdopted(supabase, {
  people: PEOPLE,
  schema: async (ownerUrl) => {
    const owner = new URL(ownerUrl)
    const url = new URL(inject('postgres').url)
    url.pathname = owner.pathname
    const superuser = postgres(url.href, { max: 1 })
    await superuser.unsafe(await fs.readFile('server/testing/adopt/supabase.sql', 'utf8'))
    await superuser.unsafe(`
      alter role ${owner.username} bypassrls;
      grant usage on schema auth to ${owner.username};
      grant all on all tables in schema auth to ${owner.username};
      grant all on all sequences in schema auth to ${owner.username}`)
    await superuser.end()
  },
})

describe('a project of Supabase', () => {
  describeDirectory(() => hosted, {
    idType: 'uuid',
    missingId: id(9),
    email: 'jo@example.com',
    usersTable: 'auth.users',
  })

  const recovery = createRecovery(hosted, { passwordHash: 'bcrypt' })

  test('a person gets a new password', async () => {
    await recovery.byLink('max@example.com', 'a passphrase by link', 'MAX@example.com')
    const [user] = await hosted.owner`select encrypted_password as hash from auth.users where id = ${id(5)}`
    expect(await verify('a passphrase by link', user?.hash)).toBe(true)
  })

  test('addresses that change are found, and those of people who leave are not', async () => {
    const { owner, role } = hosted
    await owner`update auth.users set email = 'ana@example.com' where id = ${id(1)}`
    await owner`insert into auth.users (id, email) values (${id(8)}, 'new@example.com')`
    await owner`delete from auth.users where id = ${id(2)}`
    const found = await role`
      select email from latchkey.accounts a
      where lower(a.email collate "C") in ('jo@example.com', 'ana@example.com', 'new@example.com', 'sam@example.com')
      order by email`
    expect(found).toEqual([{ email: 'ana@example.com' }, { email: 'new@example.com' }])
    const differing = await owner`
      select id from latchkey.supabase_emails e full join auth.users u using (id) where e.email is distinct from u.email`
    expect(differing).toEqual([])
  })

  test("the servers' role may not read or change the copied addresses", async () => {
    await expect(hosted.role`update latchkey.supabase_emails set email = 'eve@example.com'`).rejects.toMatchObject({
      code: '42501',
    })
  })

  test('dropping the schema removes the trigger too', async () => {
    await hosted.owner`begin`
    await hosted.owner`drop schema latchkey cascade`
    expect(await hosted.owner`select tgname from pg_trigger where tgname = 'latchkey_email'`).toEqual([])
    await hosted.owner`rollback`
  })
})

test('people without a password sign in with the provider that they used last, or with single sign-on', async () => {
  const people =
    await adopted.role`select email, sign_in_via as via, password_hash as hash from latchkey.accounts order by email`
  const via = Object.fromEntries(people.map(({ email, via }) => [email.split('@')[0], via]))
  expect(via).toMatchObject({ jo: null, sam: 'GitHub', kim: 'single sign-on', pat: null })
  expect(people.find(({ email }) => email === 'sam@example.com')?.hash).toBeNull()
})

test('banned and deleted accounts are not active, an expired ban is over', async () => {
  const inactive = await adopted.role`select email from latchkey.accounts where not active order by email`
  expect(inactive.map(({ email }) => email)).toEqual(['lee@example.com', 'ola@example.com'])
})

test('name and picture come from the metadata', async () => {
  const [row] =
    await adopted.role`select full_name, picture, locale from latchkey.accounts where email = 'jo@example.com'`
  expect(row).toEqual({ full_name: 'Jo Example', picture: 'https://img.example.com/jo', locale: null })
})

test('a new password confirms the address that the link was mailed to', async () => {
  await adopted.role`select latchkey.set_password(${id(7)}, '$2b$10$new')`
  const [row] =
    await adopted.owner`select encrypted_password, confirmed_at is not null as confirmed from auth.users where id = ${id(7)}`
  expect(row).toEqual({ encrypted_password: '$2b$10$new', confirmed: true })
})

test('sessions and refresh tokens of the account end, those of others stay', async () => {
  expect(await adopted.role`select latchkey.end_sessions(${id(1)}) as count`).toEqual([{ count: 2 }])
  expect(await adopted.owner`select id from auth.sessions`).toEqual([{ id: id(3) }])
  expect(await adopted.owner`select token from auth.refresh_tokens`).toEqual([{ token: 'of another account' }])
})

describeJourney(adopted, {
  email: 'jo@example.com',
  signsInVia: ['sam@example.com', 'GitHub'],
  inactive: 'lee@example.com',
  verify,
})
