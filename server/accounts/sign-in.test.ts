import { hash, verify } from '@node-rs/argon2'
import { eq } from 'drizzle-orm'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { identifierSchema } from '@/server/core/schemas'
import { digestOf } from '@/server/core/secrets'
import { sessions, users } from '@/server/db/schema'
import { OTHER_PASSWORD, PASSWORD } from '@/server/testing/accounts'
import { newClientAddress } from '@/server/testing/client-address'
import { createRecordedDatabase, createTestDatabase } from '@/server/testing/database'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { refusalOf } from '@/server/testing/refusal'
import { needsRehash } from './password-hash'
import { findSession } from './sessions'
import { signIn } from './sign-in'

// The real thing, watched.
vi.mock('@node-rs/argon2', { spy: true })

const { db, url } = await createTestDatabase()
const recorded = createRecordedDatabase(url)
afterAll(() => recorded.close())

type Fixture = ReturnType<typeof createRecoveryFixture>

const attempt = (fixture: Fixture, typed: string, password: string, given?: Parameters<Fixture['ctx']>[0]) =>
  signIn(fixture.ctx(given), { account: identifierSchema.parse(typed), password })

const elsewhere = (address = newClientAddress()) => ({ requester: { address, device: null, requestId: 'elsewhere' } })

const storedHash = async (account: { id: string }) => {
  const [row] = await db.select().from(users).where(eq(users.id, account.id))
  return row?.passwordHash as string
}

/** Weaker than today's parameters ask for, and quick. */
const quickHash = () => hash(PASSWORD, { memoryCost: 1024, timeCost: 1, parallelism: 1 })

describe('the right password', () => {
  it('signs in by address and by username, in any case of their letters', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account({ username: 'Grace.Hopper', email: 'grace@example.com' })
    for (const typed of [account.email, 'GRACE@EXAMPLE.COM', account.username, 'grace.hopper']) {
      const { email, username, fullName, picture } = account
      expect((await attempt(fixture, typed, PASSWORD)).account).toEqual({ email, username, fullName, picture })
    }
  })

  it('earns a session whose token stands in the database only as a digest', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    const { token } = await attempt(fixture, account.email, PASSWORD)
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/)
    const [session, ...more] = await db.select().from(sessions).where(eq(sessions.userId, account.id))
    expect(more).toEqual([])
    expect(session?.tokenHash).toEqual(digestOf(token))
    expect(session?.device).toBe('Firefox on Windows')
    expect(await findSession(fixture.ctx(), token)).toMatchObject({ userId: account.id, sessionId: session?.id })
    expect(await fixture.eventsOf(account)).toEqual(['signed-in'])
  })

  it('earns another session each time', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    const tokens = [await attempt(fixture, account.email, PASSWORD), await attempt(fixture, account.email, PASSWORD)]
    expect(tokens[0]?.token).not.toBe(tokens[1]?.token)
    expect(await db.select().from(sessions).where(eq(sessions.userId, account.id))).toHaveLength(2)
  })
})

const fixture = createRecoveryFixture(db)
const known = await fixture.account()
const deactivated = await fixture.account({ deactivatedAt: fixture.clock.now() })
const without = await fixture.account({ passwordHash: null })
const broken = await fixture.account({ passwordHash: 'no hash at all' })
const ways = [
  ['a wrong password', known.email, OTHER_PASSWORD],
  ['a wrong password for a username', known.username, `${PASSWORD} `],
  ['the password in other letters', known.email, PASSWORD.toUpperCase()],
  ['an unknown address', 'nobody@example.com', PASSWORD],
  ['an unknown username', 'nobody', PASSWORD],
  ['a deactivated account with its right password', deactivated.email, PASSWORD],
  ['an account without a password', without.email, PASSWORD],
  ['an account whose hash cannot be read', broken.email, PASSWORD],
] as const

describe('every way to fail', () => {
  it.each(ways)('is one answer: %s', async (_, typed, password) => {
    const before = await db.$count(sessions)
    expect(await refusalOf(attempt(fixture, typed, password))).toEqual({ code: 'sign-in-failed' })
    expect(await db.$count(sessions)).toBe(before)
  })

  it('runs the same two statements, and so does success', async () => {
    const run = async (typed: string, password: string) => {
      recorded.statements.length = 0
      await attempt(fixture, typed, password, { ...elsewhere(), db: recorded.db }).catch(() => {})
      return [...recorded.statements]
    }
    const success = await run(known.email, PASSWORD)
    expect(success).toHaveLength(2)
    const byAddress = ways.filter(([, typed]) => typed.includes('@'))
    for (const [, typed, password] of byAddress) expect(await run(typed, password)).toEqual(success)
    expect(await run('nobody', PASSWORD)).toEqual(await run(known.username, OTHER_PASSWORD))
  })

  it('verifies one hash of the same parameters, known or not', async () => {
    // Hashing is nearly all of the time that a sign-in takes.
    for (const [, typed, password] of ways.slice(0, 7)) {
      vi.mocked(verify).mockClear()
      await refusalOf(attempt(fixture, typed, password, elsewhere()))
      expect(verify).toHaveBeenCalledOnce()
      expect(verify).toHaveBeenCalledWith(expect.stringMatching(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/), password)
    }
  })

  it('is written down for the account, and for nobody', async () => {
    const account = await fixture.account()
    await refusalOf(attempt(fixture, account.email, OTHER_PASSWORD))
    expect(await fixture.eventsOf(account)).toEqual(['sign-in-failed'])
  })
})

describe('guesses', () => {
  it('at one account from one address end after 20, right or wrong, until the window ends', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account({ passwordHash: await quickHash() })
    for (let n = 0; n < 20; n++) await refusalOf(attempt(fixture, account.email, OTHER_PASSWORD))
    const refused = { code: 'too-many-requests', retryAfterSeconds: 900 }
    expect(await refusalOf(attempt(fixture, account.email, PASSWORD))).toEqual(refused)
    expect(await refusalOf(attempt(fixture, account.email.toUpperCase(), PASSWORD))).toEqual(refused)
    // Its owner is somewhere else, and not shut out.
    await attempt(fixture, account.email, PASSWORD, elsewhere())
    fixture.clock.advance(900)
    await attempt(fixture, account.email, PASSWORD)
  })

  it('at an unknown account end alike', async () => {
    const fixture = createRecoveryFixture(db)
    for (let n = 0; n < 20; n++) await refusalOf(attempt(fixture, 'not-here@example.com', OTHER_PASSWORD))
    expect(await refusalOf(attempt(fixture, 'not-here@example.com', PASSWORD))).toEqual({
      code: 'too-many-requests',
      retryAfterSeconds: 900,
    })
  })

  it('from one address at many accounts end after 100', async () => {
    const fixture = createRecoveryFixture(db, { policy: { rateLimitScale: 0.05 } })
    const account = await fixture.account()
    for (let n = 0; n < 5; n++) await refusalOf(attempt(fixture, `somebody${n}`, PASSWORD))
    expect(await refusalOf(attempt(fixture, account.email, PASSWORD))).toMatchObject({ code: 'too-many-requests' })
  })

  it('at one account from everywhere end after 300, however the limits are scaled', async () => {
    const fixture = createRecoveryFixture(db, { policy: { rateLimitScale: 1000 } })
    const { email } = await fixture.account({ passwordHash: await quickHash() })
    for (let n = 0; n < 300; n += 20) {
      const guesses = Array.from({ length: 20 }, () => refusalOf(attempt(fixture, email, OTHER_PASSWORD, elsewhere())))
      for (const refusal of await Promise.all(guesses)) expect(refusal).toEqual({ code: 'sign-in-failed' })
    }
    expect(await refusalOf(attempt(fixture, email, PASSWORD, elsewhere()))).toEqual({
      code: 'too-many-requests',
      retryAfterSeconds: 3600,
    })
  })
})

describe('a hash of weaker parameters', () => {
  it('is replaced at the next sign-in, and opens as before', async () => {
    const fixture = createRecoveryFixture(db)
    const weak = await quickHash()
    const account = await fixture.account({ passwordHash: weak })
    expect(needsRehash(weak)).toBe(true)
    const { token } = await attempt(fixture, account.email, PASSWORD)
    const stronger = await storedHash(account)
    expect(stronger).not.toBe(weak)
    expect(needsRehash(stronger)).toBe(false)
    expect(await findSession(fixture.ctx(), token)).not.toBeNull()
    await attempt(fixture, account.email, PASSWORD)
    expect(await storedHash(account)).toBe(stronger)
  })

  it('stays at a wrong password', async () => {
    const fixture = createRecoveryFixture(db)
    const weak = await quickHash()
    const account = await fixture.account({ passwordHash: weak })
    await refusalOf(attempt(fixture, account.email, OTHER_PASSWORD))
    expect(await storedHash(account)).toBe(weak)
  })

  it('ends no other session when it is replaced', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account({ passwordHash: await quickHash() })
    const first = await attempt(fixture, account.email, PASSWORD)
    await attempt(fixture, account.email, PASSWORD)
    expect(await findSession(fixture.ctx(), first.token)).not.toBeNull()
  })
})
