import { admin } from 'better-auth/plugins/admin'
import { anonymous } from 'better-auth/plugins/anonymous'
import { afterAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { type Adopted, createAdopted } from '@/server/testing/adopt/adopted'
import { type BetterAuthVariant, betterAuthSchema, createBetterAuthApp } from '@/server/testing/adopt/better-auth'
import { describeDirectory } from '@/server/testing/adopt/describe-directory'
import { createRecovery } from '@/server/testing/adopt/recovery'
import { betterAuth } from './better-auth'

/** People as better-auth stores them: with a password, with a provider, with both, and with neither. */
const PEOPLE = `
insert into "user" (id, name, email, "emailVerified", username, "displayUsername") values
  ('jo', 'Jo Example', 'jo@example.com', true, 'jo', 'Jo'),
  ('gil', 'Gil Google', 'gil@example.com', true, null, null),
  ('bo', 'Bo Both', 'bo@example.com', true, null, null),
  ('max', 'Max Magiclink', 'max@example.com', true, null, null);
insert into account (id, "accountId", "providerId", "userId", password, "updatedAt") values
  ('1', 'jo', 'credential', 'jo', 'old', now()),
  ('2', '1001', 'google', 'gil', null, now()),
  ('3', 'bo', 'credential', 'bo', 'old', now()),
  ('4', '1002', 'github', 'bo', null, now());
insert into session (id, token, "userId", "expiresAt", "updatedAt") values
  ('1', 'a', 'jo', now(), now()), ('2', 'b', 'jo', now(), now()), ('3', 'c', 'bo', now(), now())`

const FIRST = 'the first passphrase'
const SECOND = 'the second passphrase'
const POLICY = { passwordHash: 'better-auth-scrypt' } as const

const server = inject('postgres')
const adopted: Adopted = await createAdopted(betterAuth, {
  schema: await betterAuthSchema(server.url),
  people: PEOPLE,
})
const setPassword = async (id: string, hash: string) => {
  const [row] = await adopted.role`select latchkey.set_password(latchkey.account_id(${id}), ${hash}) as done`
  return row?.done
}

describeDirectory(() => adopted, {
  idType: 'text',
  missingId: 'nobody',
  email: 'jo@example.com',
  usersTable: 'public."user"',
})

describe('people who sign in in other ways', () => {
  test('the view names the provider of a person without a password only', async () => {
    const rows =
      await adopted.role`select id, sign_in_via, password_hash is null as none from latchkey.accounts order by id`
    expect(rows.filter(({ id }) => id !== 'jo')).toEqual([
      { id: 'bo', sign_in_via: null, none: false },
      { id: 'gil', sign_in_via: 'Google', none: true },
      { id: 'max', sign_in_via: null, none: true },
    ])
  })

  test('a person with only a provider gets no password', async () => {
    expect(await setPassword('gil', 'new')).toBe(false)
    expect(await adopted.owner`select 1 from account where "userId" = 'gil' and password is not null`).toEqual([])
  })

  test('a person with a password and a provider keeps the provider', async () => {
    expect(await setPassword('bo', 'new')).toBe(true)
    const rows = await adopted.owner`select "providerId", password from account where "userId" = 'bo' order by id`
    expect(rows).toEqual([
      { providerId: 'credential', password: 'new' },
      { providerId: 'github', password: null },
    ])
  })

  test('a person without any account row gets one credential, even from two resets at once', async () => {
    expect(await Promise.all([resetWithLock('max', 'one'), resetWithLock('max', 'two')])).toEqual([true, true])
    const rows = await adopted.owner`select "accountId", "providerId" from account where "userId" = 'max'`
    expect(rows).toEqual([{ accountId: 'max', providerId: 'credential' }])
  })

  /** As a redeemed link does it: lock the account, then set the password. */
  const resetWithLock = (id: string, hash: string) =>
    adopted.role.begin(async (sql) => {
      await sql`select 1 from latchkey.accounts a where a.id = latchkey.account_id(${id}) for no key update of a`
      const [row] = await sql`select latchkey.set_password(latchkey.account_id(${id}), ${hash}) as done`
      return row?.done
    })
})

test('end_sessions counts the sessions of the account and leaves those of others', async () => {
  expect(await adopted.role`select latchkey.end_sessions(latchkey.account_id('jo')) as count`).toEqual([{ count: 2 }])
  expect(await adopted.owner`select token from session`).toEqual([{ token: 'c' }])
})

/** Numbers as ids, tables and columns renamed as in a database with snake case, and the plugins that bar people. */
const SNAKE_CASE: BetterAuthVariant = {
  advanced: { database: { generateId: 'serial' } },
  plugins: [admin(), anonymous()],
  user: {
    modelName: 'users',
    fields: { emailVerified: 'email_verified', createdAt: 'created_at', updatedAt: 'updated_at' },
  },
  account: {
    modelName: 'accounts',
    fields: {
      accountId: 'account_id',
      providerId: 'provider_id',
      userId: 'user_id',
      createdAt: 'created_at',
      updatedAt: 'updated_at',
    },
  },
  session: { modelName: 'sessions', fields: { userId: 'user_id', expiresAt: 'expires_at' } },
}
const snakeCase = await createAdopted(betterAuth, { schema: await betterAuthSchema(server.url, SNAKE_CASE) })

/** Sessions are kept elsewhere, so there is no table of them. */
const secondaryStorage = {
  get: () => null,
  set: () => {},
  delete: () => {},
  getAndDelete: () => null,
  increment: () => 1,
}
const elsewhere = await createAdopted(betterAuth, { schema: await betterAuthSchema(server.url, { secondaryStorage }) })

describe('other configurations', () => {
  const snakeRecovery = createRecovery(snakeCase, POLICY)

  test('numbers as ids and columns in snake case: the real better-auth reads what was written', async () => {
    const app = createBetterAuthApp(snakeCase.ownerUrl, SNAKE_CASE)
    onTestFinished(app.close)
    const { session } = await app.signUp('ada@example.com', FIRST)
    await snakeCase.owner`delete from accounts`
    await snakeRecovery.byLink('ada@example.com', SECOND)
    expect(await app.signedInAs(session)).toBeNull()
    expect(await app.signIn('ada@example.com', SECOND)).not.toBeNull()
  })

  test('barred people and anonymous visitors are inactive, until a ban is over', async () => {
    await snakeCase.owner.unsafe(`
      insert into users (name, email, email_verified, banned, "banExpires", "isAnonymous") values
        ('a barred', 'a@example.com', true, true, null, null),
        ('b barred today', 'b@example.com', true, true, now() + interval '1 day', null),
        ('c barred once', 'c@example.com', true, true, now() - interval '1 day', null),
        ('d anonymous', 'd@example.com', false, null, null, true),
        ('e nothing', 'e@example.com', true, null, null, null)`)
    const rows =
      await snakeCase.role`select full_name, active from latchkey.accounts where email like '_@%' order by email`
    expect(rows.map(({ active }) => active)).toEqual([false, false, true, false, true])
  })

  test('sessions in a secondary storage are left to the application, and adopt says so', async () => {
    expect(elsewhere.generated.plan.assumed.join()).toContain('EVENTS_URL')
    expect(await elsewhere.role`select latchkey.end_sessions('jo') as count`).toEqual([{ count: 0 }])
  })
})

describe('the real better-auth', () => {
  const app = createBetterAuthApp(adopted.ownerUrl)
  afterAll(app.close)
  const recovery = createRecovery(adopted, POLICY)

  test('signs in with the password that was set, refuses the old one, and has ended the session', async () => {
    const email = 'ada@example.com'
    const { session } = await app.signUp(email, FIRST)
    expect(await app.signedInAs(session)).toBe(email)
    await recovery.byLink(email, SECOND)
    expect(await app.signedInAs(session)).toBeNull()
    expect(await app.signIn(email, FIRST)).toBeNull()
    const again = await app.signIn(email, SECOND)
    expect(again && (await app.signedInAs(again))).toBe(email)
  })

  test('the same with a code, and "This wasn\'t me" ends the new password and its session', async () => {
    const email = 'cod@example.com'
    await app.signUp(email, FIRST)
    await recovery.byCode(email, SECOND)
    const session = (await app.signIn(email, SECOND)) as Headers
    expect(await app.signedInAs(session)).toBe(email)
    await recovery.secure(email)
    expect(await app.signedInAs(session)).toBeNull()
    expect(await app.signIn(email, SECOND)).toBeNull()
  })

  test('a person may type the name of the username plugin', async () => {
    await app.signUp('una@example.com', FIRST)
    await recovery.byLink('una@example.com', SECOND, 'UNA')
    expect(await app.signIn('una@example.com', SECOND)).not.toBeNull()
  })

  test('a person without a password gets one, once, from many redeems of one link', async () => {
    const email = 'ida@example.com'
    const { id } = await app.signUp(email, FIRST)
    await adopted.owner`delete from account where "userId" = ${id}`
    const redeem = await recovery.linkFor(email)
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => redeem(SECOND)))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await adopted.owner`select 1 from account where "userId" = ${id}`).toHaveLength(1)
    expect(await app.signIn(email, SECOND)).not.toBeNull()
  })

  test('a person with only a provider is told which, and gets no link', async () => {
    const sent = await recovery.ask('gil@example.com')
    expect(sent?.text).toContain('Google')
    expect(sent?.text).not.toContain('token=')
  })

  test('with cookieCache, an ended session works until the cached cookie expires', async () => {
    const caching = createBetterAuthApp(adopted.ownerUrl, { session: { cookieCache: { enabled: true, maxAge: 300 } } })
    onTestFinished(caching.close)
    const email = 'cyd@example.com'
    const { session } = await caching.signUp(email, FIRST)
    await recovery.byLink(email, SECOND)
    expect(await caching.signedInAs(session)).toBe(email)
    expect(await caching.signedInAs(session, { disableCookieCache: true })).toBeNull()
    expect(await app.signedInAs(session)).toBeNull()
  })
})
