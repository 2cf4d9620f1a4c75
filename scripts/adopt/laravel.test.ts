import { verify as bcryptVerify } from '@node-rs/bcrypt'
import { expect, test } from 'vitest'
import { type Adopted, createAdopted } from '@/server/testing/adopt/adopted'
import { describeDirectory } from '@/server/testing/adopt/describe-directory'
import { describeJourney } from '@/server/testing/adopt/describe-journey'
import { laravel } from './laravel'

const PEOPLE = `
insert into users (name, email, password, remember_token) values
  ('Jo Example', 'Jo@Example.com', '$2y$12$old', 'remembered'),
  ('Sam Example', 'sam@example.com', '$2y$12$old', 'remembered');
insert into sessions (id, user_id, payload, last_activity) values ('a', 1, '', 0), ('b', 1, '', 0), ('c', 2, '', 0), ('d', null, '', 0);
insert into personal_access_tokens (tokenable_type, tokenable_id, name, token) values
  ('App\\Models\\User', 1, 'phone', 'token-1'), ('App\\Models\\User', 2, 'phone', 'token-2'), ('App\\Models\\Team', 1, 'ci', 'token-3')`

const adopted: Adopted = await createAdopted(laravel, { people: PEOPLE })

describeDirectory(() => adopted, {
  idType: 'bigint',
  missingId: '4711',
  email: 'Jo@Example.com',
  usersTable: 'public.users',
})

test('a new password is a hash that PHP recognises, and rotates the remember token', async () => {
  await adopted.role`select latchkey.set_password(latchkey.account_id('2'), '$2b$12$someoneshash')`
  const [row] = await adopted.owner`select password, remember_token from users where id = 2`
  expect(row?.password).toBe('$2y$12$someoneshash')
  expect(row?.remember_token).toMatch(/^[0-9a-f]{64}$/)
})

test('sessions and API tokens of the account end, those of others stay', async () => {
  expect(await adopted.role`select latchkey.end_sessions(latchkey.account_id('1')) as count`).toEqual([{ count: 3 }])
  expect(await adopted.owner`select id from sessions order by id`).toEqual([{ id: 'c' }, { id: 'd' }])
  const tokens = await adopted.owner`select token from personal_access_tokens order by token`
  expect(tokens.map(({ token }) => token)).toEqual(['token-2', 'token-3'])
})

test('passwords that another application stored before are named by their formats', async () => {
  await adopted.owner`insert into users (name, email, password) values
    ('D', 'd@example.com', 'pbkdf2_sha256$260000$c2FsdA$aGFzaA'), ('W', 'w@example.com', '$P$BJ6IyITzpI3BfqZg7b.tJZ3jQNCD9e0'),
    ('X', 'x@example.com', '{SSHA}c2FsdA')`
  const { plan } = await adopted.generate()
  await adopted.owner`delete from users where email in ('d@example.com', 'w@example.com', 'x@example.com')`
  expect(plan.environment.PASSWORD_HASH).toBe('bcrypt')
  expect(plan.found).toContain('stored passwords: bcrypt, django-pbkdf2-sha256, phpass')
  expect(plan.assumed).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/several formats\. New ones are stored as bcrypt/),
      expect.stringMatching(/^Some passwords are stored as phpass, which Latchkey verifies/),
      expect.stringMatching(/^Some passwords have a format that Latchkey does not know/),
    ]),
  )
})

describeJourney(adopted, {
  email: 'Jo@Example.com',
  // As `Hash::check` of Laravel compares; `laravel.real.ts` asks PHP.
  verify: (password, stored) => stored.startsWith('$2y$') && bcryptVerify(password, stored),
})
