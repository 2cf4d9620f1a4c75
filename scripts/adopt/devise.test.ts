import { verify } from '@node-rs/bcrypt'
import { describe, expect, test } from 'vitest'
import { type Adopted, createAdopted } from '@/server/testing/adopt/adopted'
import { describeDirectory } from '@/server/testing/adopt/describe-directory'
import { createRecovery } from '@/server/testing/adopt/recovery'
import { devise } from './devise'

const PEOPLE = `
insert into users (email, encrypted_password, remember_created_at, reset_password_token, reset_password_sent_at,
  failed_attempts, unlock_token, locked_at, confirmed_at, provider, uid, created_at, updated_at) values
  ('jo@example.com', '$2a$12$old', now(), 'reset', now(), 20, 'unlock', now(), now(), null, null, now(), '2020-01-01'),
  ('una@example.com', '$2a$12$old', null, null, null, 0, null, null, null, null, null, now(), '2020-01-01'),
  ('gil@example.com', '$2a$12$random', null, null, null, 0, null, null, now(), 'google_oauth2', '1001', now(), now()),
  ('eve@example.com', '', null, null, null, 0, null, null, now(), null, null, now(), now());
insert into sessions (session_id, created_at, updated_at) values ('a', now(), now())`

const adopted: Adopted = await createAdopted(devise, { people: PEOPLE })

describeDirectory(() => adopted, {
  idType: 'bigint',
  missingId: '4711',
  email: 'jo@example.com',
  usersTable: 'public.users',
})

const rowOf = async (id: number) => (await adopted.owner`select * from users where id = ${id}`)[0]

describe('a reset', () => {
  test('clears what a reset of Devise clears: open reset links and the lock', async () => {
    await adopted.role`select latchkey.set_password(latchkey.account_id('1'), '$2b$12$new')`
    const row = await rowOf(1)
    expect(row).toMatchObject({
      encrypted_password: '$2b$12$new',
      reset_password_token: null,
      reset_password_sent_at: null,
      failed_attempts: 0,
      unlock_token: null,
      locked_at: null,
    })
    expect(row?.updated_at.getFullYear()).toBeGreaterThan(2020)
  })

  test('does not confirm an address, which the person must still do to sign in', async () => {
    await adopted.role`select latchkey.set_password(latchkey.account_id('2'), '$2b$12$new')`
    expect(await rowOf(2)).toMatchObject({ encrypted_password: '$2b$12$new', confirmed_at: null })
  })

  test('ends "remember me" and counts no sessions, because their rows name no account', async () => {
    expect(await adopted.role`select latchkey.end_sessions(latchkey.account_id('1')) as count`).toEqual([{ count: 0 }])
    expect(await rowOf(1)).toMatchObject({ remember_created_at: null })
    expect(await adopted.owner`select session_id from sessions`).toEqual([{ session_id: 'a' }])
  })
})

test('the view names the provider of people who use one, and takes an empty password for none', async () => {
  const rows = await adopted.role`
    select id, sign_in_via, password_hash is null as none, active from latchkey.accounts where id > 2 order by id`
  expect(rows).toEqual([
    { id: '3', sign_in_via: 'Google', none: false, active: true },
    { id: '4', sign_in_via: null, none: true, active: true },
  ])
})

describe('recovery', () => {
  const pepper = '140e0e9e'.repeat(16)
  const recovery = createRecovery(adopted, { passwordHash: 'bcrypt', passwordPepper: pepper })
  const accepts = async (id: number, password: string) =>
    verify(password + pepper, (await rowOf(id))?.encrypted_password)

  test.each(['byLink', 'byCode'] as const)('%s stores a hash of password and pepper, as Devise does', async (way) => {
    await recovery[way]('una@example.com', `a passphrase ${way}`)
    expect(await accepts(2, `a passphrase ${way}`)).toBe(true)
    expect(await accepts(2, 'another passphrase')).toBe(false)
  })

  test('"This wasn\'t me" ends the new password', async () => {
    await recovery.byLink('una@example.com', 'a passphrase of a thief')
    await recovery.secure('una@example.com')
    expect(await accepts(2, 'a passphrase of a thief')).toBe(false)
  })

  test('a person with a provider is told which, and gets no link', async () => {
    const sent = await recovery.ask('gil@example.com')
    expect(sent?.text).toContain('Google')
    expect(sent?.text).not.toContain('token=')
  })
})

/** A model of another name, with columns that applications and other gems add. */
const richer = await createAdopted(devise, {
  schema: `
    create table members (
      id uuid default gen_random_uuid() primary key,
      email text not null, login text, first_name text, last_name text, locale text,
      encrypted_password text not null, jti uuid not null default gen_random_uuid(), discarded_at timestamp, active boolean
    );
    create table identities (member_id uuid, user_id uuid, provider text)`,
  people: `
    insert into members (email, login, first_name, last_name, locale, encrypted_password, discarded_at, active) values
      ('jo@example.com', 'jo', 'Jo', 'Example', 'de', '$2a$12$old', null, null),
      ('deleted@example.com', 'del', 'Del', '', 'en', '$2a$12$old', now(), true),
      ('off@example.com', 'off', '', '', 'en', '$2a$12$old', null, false),
      ('hub@example.com', 'hub', null, null, 'en', '', null, true);
    insert into identities (user_id, provider) select id, 'github' from members`,
})

describe('columns that applications add', () => {
  test('are used: login, names, locale, identities, and what makes an account inactive', async () => {
    const rows = await richer.role`
      select username, full_name, locale, active, sign_in_via from latchkey.accounts order by username`
    expect(rows).toEqual([
      { username: 'del', full_name: 'Del', locale: 'en', active: false, sign_in_via: null },
      { username: 'hub', full_name: null, locale: 'en', active: true, sign_in_via: 'GitHub' },
      { username: 'jo', full_name: 'Jo Example', locale: 'de', active: true, sign_in_via: null },
      { username: 'off', full_name: null, locale: 'en', active: false, sign_in_via: null },
    ])
  })

  test('ending the sessions ends the JSON Web Tokens of devise-jwt', async () => {
    const [before] = await richer.owner`select id, jti from members where login = 'jo'`
    await richer.role`select latchkey.end_sessions(latchkey.account_id(${before?.id}))`
    const [after] = await richer.owner`select jti from members where login = 'jo'`
    expect(after?.jti).not.toBe(before?.jti)
  })
})

/** The table of devise_token_auth, written by hand from its documentation. */
const tokens = await createAdopted(devise, {
  schema: `create table users (id bigserial primary key, provider varchar not null default 'email', uid varchar not null,
    email varchar, encrypted_password varchar not null, tokens json)`,
  people: `insert into users (email, uid, provider, encrypted_password, tokens) values
    ('jo@example.com', 'jo@example.com', 'email', '$2a$12$old', '{"client": {}}'), ('gil@example.com', '7', 'github', '', null)`,
})

test('devise_token_auth: its provider "email" is none, and its tokens end', async () => {
  const via = await tokens.role`select sign_in_via as via from latchkey.accounts order by id`
  expect(via.map(({ via }) => via)).toEqual([null, 'GitHub'])
  await tokens.role`select latchkey.end_sessions(latchkey.account_id('1'))`
  expect(await tokens.owner`select 1 from users where tokens is not null`).toEqual([])
})
