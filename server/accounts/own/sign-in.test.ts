import { hash, verify } from '@node-rs/argon2'
import { eq } from 'drizzle-orm'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { identifierSchema } from '@/server/core/schemas'
import { digestOf } from '@/server/core/secrets'
import { sessions, users } from '@/server/db/schema'
import { OTHER_PASSWORD, PASSWORD } from '@/server/testing/accounts'
import { newClientNetworks } from '@/server/testing/client-address'
import { createRecordedDatabase, createTestDatabase } from '@/server/testing/database'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { refusalOf } from '@/server/testing/refusal'
import { findSession } from './find-session'
import { signIn } from './sign-in'

// The functions still do their work; the spies only record the calls.
vi.mock('@node-rs/argon2', { spy: true })

const { db, url } = await createTestDatabase()
const recorded = createRecordedDatabase(url)
afterAll(() => recorded.close())

type Fixture = ReturnType<typeof createRecoveryFixture>

const attempt = (fixture: Fixture, identifier: string, password: string, given?: Parameters<Fixture['ctx']>[0]) =>
  signIn(fixture.ctx(given), { account: identifierSchema.parse(identifier), password })

/** A requester with another address. */
const elsewhere = (networks = newClientNetworks()) => ({
  requester: { networks, device: null, requestId: 'elsewhere' },
})

const storedHash = async (account: { id: string }) => {
  const [row] = await db.select().from(users).where(eq(users.id, account.id))
  return row?.passwordHash as string
}

/** A hash of PASSWORD with weaker parameters than the current ones, which is quick to verify. */
const quickHash = () => hash(PASSWORD, { memoryCost: 1024, timeCost: 1, parallelism: 1 })

describe('signIn with the right password', () => {
  it('accepts the email address and the username, in upper and lower case', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account({ username: 'Grace.Hopper', email: 'grace@example.com' })
    for (const typed of [account.email, 'GRACE@EXAMPLE.COM', account.username, 'grace.hopper']) {
      const { email, username, fullName, picture } = account
      expect((await attempt(fixture, typed, PASSWORD)).account).toEqual({ email, username, fullName, picture })
    }
  })

  it('creates a session and stores only the digest of its token', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    const { token } = await attempt(fixture, account.email, PASSWORD)
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/)
    const [session, ...more] = await db.select().from(sessions).where(eq(sessions.userId, account.id))
    expect(more).toEqual([])
    expect(session?.tokenHash).toEqual(digestOf(token))
    expect(session?.device).toBe('Firefox on Windows')
    expect(await findSession(fixture.ctx(), token)).toMatchObject({ accountId: account.id, sessionId: session?.id })
    expect(await fixture.eventsOf(account)).toEqual(['signed-in'])
  })

  it('creates another session each time', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    const tokens = [await attempt(fixture, account.email, PASSWORD), await attempt(fixture, account.email, PASSWORD)]
    expect(tokens[0]?.token).not.toBe(tokens[1]?.token)
    expect(await db.select().from(sessions).where(eq(sessions.userId, account.id))).toHaveLength(2)
  })
})

const fixture = createRecoveryFixture(db)
const known = await fixture.account()
const deactivated = await fixture.account({ active: false })
const without = await fixture.account({ passwordHash: null })
const broken = await fixture.account({ passwordHash: 'no hash at all' })
const refusedSignIns = [
  ['a wrong password', known.email, OTHER_PASSWORD],
  ['a wrong password for a username', known.username, `${PASSWORD} `],
  ['the password in upper case', known.email, PASSWORD.toUpperCase()],
  ['an unknown email address', 'unknown@example.com', PASSWORD],
  ['an unknown username', 'unknown', PASSWORD],
  ['the right password of a deactivated account', deactivated.email, PASSWORD],
  ['an account without a password', without.email, PASSWORD],
  ['an account whose password hash is unreadable', broken.email, PASSWORD],
] as const

describe('signIn refused', () => {
  it.each(refusedSignIns)('gives the same answer for %s', async (_, typed, password) => {
    const before = await db.$count(sessions)
    expect(await refusalOf(attempt(fixture, typed, password))).toEqual({ code: 'sign-in-failed' })
    expect(await db.$count(sessions)).toBe(before)
  })

  it('runs the same two statements as a successful sign-in', async () => {
    const run = async (typed: string, password: string) => {
      recorded.statements.length = 0
      await attempt(fixture, typed, password, { ...elsewhere(), db: recorded.db }).catch(() => {})
      return [...recorded.statements]
    }
    const success = await run(known.email, PASSWORD)
    expect(success).toHaveLength(2)
    const byEmail = refusedSignIns.filter(([, typed]) => typed.includes('@'))
    for (const [, typed, password] of byEmail) expect(await run(typed, password)).toEqual(success)
    expect(await run('unknown', PASSWORD)).toEqual(await run(known.username, OTHER_PASSWORD))
  })

  it('verifies one hash with the same parameters, for known and unknown accounts', async () => {
    // Nearly all of the time of a sign-in is spent on hashing.
    for (const [, typed, password] of refusedSignIns.slice(0, 7)) {
      vi.mocked(verify).mockClear()
      await refusalOf(attempt(fixture, typed, password, elsewhere()))
      expect(verify).toHaveBeenCalledOnce()
      expect(verify).toHaveBeenCalledWith(expect.stringMatching(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/), password)
    }
  })

  it('adds one audit event to the account', async () => {
    const account = await fixture.account()
    await refusalOf(attempt(fixture, account.email, OTHER_PASSWORD))
    expect(await fixture.eventsOf(account)).toEqual(['sign-in-failed'])
  })
})

describe('a stored hash that cannot be verified', () => {
  it('is reported by its kind', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account({ passwordHash: '$md5$rounds=904$salt$key' })
    const reportUnreadableHash = vi.fn()
    await refusalOf(attempt(fixture, account.email, PASSWORD, { reportUnreadableHash }))
    await refusalOf(attempt(fixture, known.email, PASSWORD.slice(1), { reportUnreadableHash }))
    expect(reportUnreadableHash.mock.calls).toEqual([['$md5$']])
  })
})

describe('the limits of signIn', () => {
  it('allow 100 tries per network, for all accounts together', async () => {
    const fixture = createRecoveryFixture(db, { policy: { rateLimitScale: 0.05 } })
    const account = await fixture.account()
    for (let n = 0; n < 5; n++) await refusalOf(attempt(fixture, `unknown${n}`, PASSWORD))
    expect(await refusalOf(attempt(fixture, account.email, PASSWORD))).toMatchObject({ code: 'too-many-requests' })
  })
})

describe('a stored hash with weaker parameters', () => {
  it('is replaced at the next sign-in, and the password still works', async () => {
    const fixture = createRecoveryFixture(db)
    const weak = await quickHash()
    const account = await fixture.account({ passwordHash: weak })
    const { token } = await attempt(fixture, account.email, PASSWORD)
    const stronger = await storedHash(account)
    expect(stronger).not.toBe(weak)
    expect(stronger).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(await findSession(fixture.ctx(), token)).not.toBeNull()
    await attempt(fixture, account.email, PASSWORD)
    expect(await storedHash(account)).toBe(stronger)
  })

  it.each([
    ['bcrypt of Laravel', '$2y$04$2HwLHsDSoLZf3cYI434qkOux/RxgdeIhcGamuHkBVP1xEBcevGOlW'],
    [
      'argon2i of PHP',
      '$argon2i$v=19$m=1024,t=2,p=1$bDBHVHJBR0ROY1VDWUwuTA$jwuOIxvULkrOxedYLdpOYi3bMLfu4oXR3yyIPctwivU',
    ],
    ['PBKDF2 of Django', 'pbkdf2_sha256$260000$nFGur1Wti6jru9ht3HwwNn$rc8UZUTggIs7znlueMsdYxy5IE4g927ApNe5IP34spc='],
    ['PBKDF2 with SHA-1 of Django', 'pbkdf2_sha1$260000$lGYXbHqcKiF72gG3pYP6IB$ng5DcaTe168HBX3E3t6WWi3NCZc='],
    ['argon2 of Django', 'argon2$argon2id$v=19$m=102400,t=2,p=8$dFMxbjJ2VEJaSG4wRDUxRUQzZlF5VQ$81ky30qdQ4xbrvb/eJ06sg'],
    ['bcrypt of Django', 'bcrypt$$2b$04$pN3UqL8ExDy59v6AvbAVWuyEiG0RPy02g5gGXD8cjSNrRGBUq2sT2'],
    ['bcrypt of SHA-256 of Django', 'bcrypt_sha256$$2b$04$.8ZGrk0bOCgQDxhsrqI0Reyi/vBuMcA8kxnCQ.5ENZA10udKBocS.'],
    [
      'scrypt of better-auth',
      'bf542852efbe616ca4e80a21ca9f6ff2:b3027bfa9a6941d2ca3c56b3c322fd1dd5e86a492e2dd02a8c19e30a18937ecea80c6dfbb0ba6f714d07618b29b7b7a285b871753cdce52825dc5713a3866d11',
    ],
    ['phpass', '$P$BJ6IyITzpI3BfqZg7b.tJZ3jQNCD9e0'],
  ])('is replaced if it was imported: %s', async (_, imported) => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account({ passwordHash: imported })
    const password = 'caf\u00e9 \u5bc6\u7801 1815!'
    expect(await refusalOf(attempt(fixture, account.email, PASSWORD))).toEqual({ code: 'sign-in-failed' })
    expect(await storedHash(account)).toBe(imported)
    await attempt(fixture, account.email, password)
    expect(await storedHash(account)).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    await attempt(fixture, account.email, password)
  })

  it('is replaced in the configured format, with the pepper', async () => {
    const fixture = createRecoveryFixture(db, { policy: { passwordHash: 'bcrypt', passwordPepper: 'a pepper' } })
    const account = await fixture.account({ passwordHash: await quickHash() })
    await attempt(fixture, account.email, PASSWORD)
    expect(await storedHash(account)).toMatch(/^\$2a\$12\$/)
    await attempt(fixture, account.email, PASSWORD)
    const withoutPepper = createRecoveryFixture(db, { policy: { passwordHash: 'bcrypt' } })
    expect(await refusalOf(attempt(withoutPepper, account.email, PASSWORD))).toEqual({ code: 'sign-in-failed' })
  })

  it('is kept when the password is wrong', async () => {
    const fixture = createRecoveryFixture(db)
    const weak = await quickHash()
    const account = await fixture.account({ passwordHash: weak })
    await refusalOf(attempt(fixture, account.email, OTHER_PASSWORD))
    expect(await storedHash(account)).toBe(weak)
  })

  it('is replaced without ending other sessions', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account({ passwordHash: await quickHash() })
    const first = await attempt(fixture, account.email, PASSWORD)
    await attempt(fixture, account.email, PASSWORD)
    expect(await findSession(fixture.ctx(), first.token)).not.toBeNull()
  })
})
