import { pbkdf2Sync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createAdopted } from '@/server/testing/adopt/adopted'
import { describeDirectory } from '@/server/testing/adopt/describe-directory'
import { describeJourney } from '@/server/testing/adopt/describe-journey'
import { createRecovery } from '@/server/testing/adopt/recovery'
import { django } from './django'

const person = (username: string, email: string, password: string, active = true) =>
  `('${username}', '${email}', '${password}', ${active}, 'Jo', 'Example', false, false, now())`
const PEOPLE = `
insert into auth_user (username, email, password, is_active, first_name, last_name, is_staff, is_superuser, date_joined) values
  ${person('jo', 'Jo@Example.com', 'pbkdf2_sha256$260000$salt$old')},
  ${person('sam', 'shared@example.com', 'pbkdf2_sha256$260000$salt$old')},
  ${person('sam2', 'SHARED@example.com', 'pbkdf2_sha256$260000$salt$old')},
  ${person('kim', 'kim@example.com', '!unusable')},
  ${person('lee', 'lee@example.com', '!unusable')},
  ${person('max', 'max@example.com', 'pbkdf2_sha256$260000$salt$old', false)};
insert into socialaccount_socialaccount (provider, uid, last_login, date_joined, extra_data, user_id) values
  ('google', '1', now() - interval '1 day', now(), '{}', 4), ('github', '2', now(), now(), '{}', 4), ('google', '3', now(), now(), '{}', 1)`

/** As `PBKDF2PasswordHasher` of Django compares; `django.real.ts` asks the real one. */
const verify = (password: string, stored: string) => {
  const [algorithm, iterations, salt = '', hash] = stored.split('$')
  const derived = pbkdf2Sync(password, salt, Number(iterations), 32, 'sha256').toString('base64')
  return algorithm === 'pbkdf2_sha256' && derived === hash
}

const standard = await createAdopted(django, { people: PEOPLE })
const custom = await createAdopted(django, {
  schema: `
    create schema shop;
    create table shop.people_member (
      id uuid primary key default gen_random_uuid(), password varchar(128) not null, last_login timestamptz,
      is_superuser boolean not null default false, email varchar(254) not null unique, name varchar(200) not null);
    create table shop.authtoken_token (
      key varchar(40) primary key, created timestamptz not null default now(),
      user_id uuid not null unique references shop.people_member);
    create table shop.login_log (email varchar(254));
    create function shop.log_change() returns trigger language plpgsql as
      $$ begin insert into login_log values (new.email); return new; end $$;
    create trigger log_change after update on shop.people_member for each row execute function shop.log_change()`,
  people: `
    insert into shop.people_member (password, email, name) values ('pbkdf2_sha256$1$a$b', 'jo@example.com', 'Jo Example');
    insert into shop.authtoken_token (key, user_id) select 'token', id from shop.people_member`,
})

describe('auth_user', () => {
  const adopted = standard

  describeDirectory(() => adopted, {
    idType: 'integer',
    missingId: '4711',
    email: 'Jo@Example.com',
    usersTable: 'public.auth_user',
  })

  describeJourney(standard, {
    email: 'Jo@Example.com',
    typed: 'JO@example.COM',
    signsInVia: ['kim@example.com', 'GitHub'],
    inactive: 'lee@example.com',
    verify,
  })

  const recovery = createRecovery(standard, { passwordHash: 'django-pbkdf2-sha256' })

  test('of two accounts with one address, each gets an email with its username, whose link works for it alone', async () => {
    const first = await recovery.ask('shared@example.com')
    const second = await recovery.ask('SHARED@example.com', 'shared@example.com')
    expect(first?.text).toMatch(/\bsam\b/)
    expect(second?.text).toMatch(/\bsam2\b/)
    await recovery.byLink('shared@example.com', 'a passphrase of sam')
    const hashes =
      await adopted.role`select password_hash as hash from latchkey.accounts where username like 'sam%' order by username`
    expect(hashes.map(({ hash }) => verify('a passphrase of sam', hash))).toEqual([true, false])
  })

  test('two accounts may share an address', async () => {
    const shared = await adopted.role`
      select username, full_name from latchkey.accounts where lower(email collate "C") = 'shared@example.com' order by username`
    expect(shared.map(({ username }) => username)).toEqual(['sam', 'sam2'])
    expect(shared[0]?.full_name).toBe('Jo Example')
  })

  test('people with an unusable password sign in with their provider, or get no link', async () => {
    const people = await adopted.role`
      select username, active, sign_in_via as via, password_hash is not null as password from latchkey.accounts`
    const found = Object.fromEntries(people.map(({ username, ...person }) => [username, person]))
    expect(found).toMatchObject({
      jo: { active: true, via: null, password: true },
      kim: { active: true, via: 'GitHub', password: false },
      lee: { active: false, via: null, password: false },
      max: { active: false, via: null, password: true },
    })
  })

  test('the format of new passwords is that of the newest users', async () => {
    expect(adopted.generated.plan.environment.PASSWORD_HASH).toBe('django-pbkdf2-sha256')
    await adopted.owner`update auth_user set password = 'argon2$argon2id$v=19$m=102400,t=2,p=8$c2FsdA$aGFzaA' where id > 2`
    expect((await adopted.generate()).plan.environment.PASSWORD_HASH).toBe('django-argon2')
  })

  test('an id larger than an integer is no id', async () => {
    expect(await adopted.role`select latchkey.account_id('2147483648') as id`).toEqual([{ id: null }])
  })
})

describe('a custom user model', () => {
  const adopted = custom

  describeDirectory(() => adopted, {
    idType: 'uuid',
    missingId: '00000000-0000-4000-8000-000000000009',
    email: 'jo@example.com',
    usersTable: 'shop.people_member',
  })

  test('is recognised by its columns, in any schema', () => {
    expect(adopted.generated.plan.found[0]).toMatch(/^users table shop.people_member, recognised by its columns/)
  })

  test('its triggers find their tables', async () => {
    const [{ logged } = {}] = await adopted.owner`select count(*)::int as logged from shop.login_log`
    expect(logged).toBeGreaterThan(0)
  })

  test('API tokens end with the sessions', async () => {
    const ended = await adopted.role`select latchkey.end_sessions(id) as count from latchkey.accounts`
    expect(ended).toEqual([{ count: 1 }])
    expect(await adopted.owner`select key from shop.authtoken_token`).toEqual([])
  })
})
