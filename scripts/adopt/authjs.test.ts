import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hashPassword } from '@/server/accounts/password-hash'
import { type Adopted, createAdopted } from '@/server/testing/adopt/adopted'
import { createAuthJsApp } from '@/server/testing/adopt/authjs'
import { describeDirectory } from '@/server/testing/adopt/describe-directory'
import { createRecovery } from '@/server/testing/adopt/recovery'
import { authjs } from './authjs'
import { generateDirectory } from './generate-directory'

const PEOPLE = `
insert into users (name, email, image, password) values
  ('Jo Example', 'Jo@example.com', 'https://example.com/jo.png', '$2b$12$old'),
  ('Gil Google', 'gil@example.com', null, null),
  ('Max Magiclink', 'max@example.com', null, null);
insert into accounts ("userId", type, provider, "providerAccountId") values (1, 'oauth', 'github', '7'), (2, 'oidc', 'google', '8');
insert into sessions ("userId", expires, "sessionToken") values (1, now(), 'a'), (1, now(), 'b'), (2, now(), 'c')`

const adopted: Adopted = await createAdopted(authjs, { people: PEOPLE })

describeDirectory(() => adopted, {
  idType: 'integer',
  missingId: '4711',
  email: 'Jo@example.com',
  usersTable: 'public.users',
})

test('the view names the provider of a person without a password only', async () => {
  const rows = await adopted.role`select id, full_name, sign_in_via from latchkey.accounts order by id`
  expect(rows).toEqual([
    { id: 1, full_name: 'Jo Example', sign_in_via: null },
    { id: 2, full_name: 'Gil Google', sign_in_via: 'Google' },
    { id: 3, full_name: 'Max Magiclink', sign_in_via: null },
  ])
})

test('end_sessions deletes the sessions of the account and leaves those of others', async () => {
  expect(await adopted.role`select latchkey.end_sessions(latchkey.account_id('1')) as count`).toEqual([{ count: 2 }])
  expect(await adopted.owner`select "sessionToken" as token from sessions`).toEqual([{ token: 'c' }])
})

/** As the Drizzle adapter's documentation declares them, with columns that docs/adopt/authjs.md adds. */
const drizzle = await createAdopted(authjs, {
  schema: `
    create table "user" (id text primary key, name text, email text unique, image text, "emailVerified" timestamp,
      password_hash text, "passwordChangedAt" timestamptz, "deactivatedAt" timestamptz);
    create table account ("userId" text not null references "user" (id), type text not null, provider text not null,
      "providerAccountId" text not null, primary key (provider, "providerAccountId"));
    create table session ("sessionToken" text primary key, "userId" text not null, expires timestamp not null)`,
  people: `
    insert into "user" (id, email, password_hash) values ('jo', 'jo@example.com', '$argon2id$v=19$m=1,t=1,p=1$old');
    insert into "user" (id, email, "deactivatedAt") values ('cy', 'cy@example.com', now())`,
})

describe('the tables of the Drizzle adapter', () => {
  test('are recognised, with the format of the stored passwords', () => {
    expect(drizzle.generated.plan.environment.PASSWORD_HASH).toBe('argon2id')
    expect(drizzle.generated.plan.found.join('\n')).toContain('sessions table public.session')
  })

  test('a person with a date in deactivatedAt is not active', async () => {
    expect(await drizzle.role`select id, active from latchkey.accounts order by id`).toEqual([
      { id: 'cy', active: false },
      { id: 'jo', active: true },
    ])
  })

  test('a new password sets passwordChangedAt, which ends sessions that are kept in tokens', async () => {
    await drizzle.role`select latchkey.set_password(latchkey.account_id('jo'), '$argon2id$new')`
    const [row] =
      await drizzle.owner`select password_hash as hash, "passwordChangedAt" as at from "user" where id = 'jo'`
    expect(row).toEqual({ hash: '$argon2id$new', at: expect.any(Date) })
  })
})

describe('the real Auth.js, with sessions in tokens', () => {
  const policy = { passwordHash: 'bcrypt' } as const
  const recovery = createRecovery(adopted, policy)
  const app = createAuthJsApp(adopted.ownerUrl)
  afterAll(app.close)
  const email = 'ada@example.com'
  const [first, second, third] = ['the first passphrase', 'the second passphrase', 'the third passphrase']
  beforeAll(async () => {
    await adopted.owner`insert into users (email, password) values (${email}, ${await hashPassword(policy, first)})`
  })

  test('signs in with the password that was set, refuses the old one, and has ended the session', async () => {
    const session = await app.signIn(email, first)
    expect([await session?.(), await session?.()]).toEqual([email, email])
    await recovery.byLink(email, second)
    expect(await session?.()).toBeNull()
    expect(await app.signIn(email, first)).toBeNull()
    expect(await (await app.signIn(email, second))?.()).toBe(email)
  })

  test('the same with a code, and "This wasn\'t me" ends the new password and its session', async () => {
    await recovery.byCode(email, third)
    const session = await app.signIn(email, third)
    expect(await session?.()).toBe(email)
    await recovery.secure(email)
    expect(await session?.()).toBeNull()
    expect(await app.signIn(email, third)).toBeNull()
  })

  test('a person with only a provider is told which, and gets no link', async () => {
    const sent = await recovery.ask('gil@example.com')
    expect(sent?.text).toContain('Google')
    expect(sent?.text).not.toContain('token=')
  })
})

test('without a column for passwords, it says what to add', async () => {
  await drizzle.owner.unsafe(
    'create schema bare create table users (id serial primary key, name text, email text, image text)',
  )
  const generating = generateDirectory(drizzle.ownerUrl, authjs, { table: 'bare.users' })
  await expect(generating).rejects.toThrow('alter table bare.users add column password text')
})
