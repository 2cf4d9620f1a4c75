import * as crypto from 'node:crypto'
import * as argon2 from '@node-rs/argon2'
import * as bcrypt from '@node-rs/bcrypt'
import * as betterAuth from 'better-auth/crypto'
import { sql } from 'drizzle-orm'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createTestDatabase } from '@/server/testing/database'
import {
  formatRefusal,
  type HashPolicy,
  hashPassword,
  needsRehash,
  unreadableKind,
  verifyPassword,
} from './password-hash'

// The functions still do their work unless a test says otherwise; the spies only record the calls.
vi.mock('@node-rs/argon2', { spy: true })
vi.mock('@node-rs/bcrypt', { spy: true })
vi.mock('node:crypto', { spy: true })

const policyOf = (passwordHash: HashPolicy['passwordHash'], passwordPepper?: string): HashPolicy => ({
  passwordHash,
  passwordPepper,
})
const ARGON2ID = policyOf('argon2id')
const BCRYPT = policyOf('bcrypt')

const { db } = await createTestDatabase()

const FORMATS = [
  ['argon2id', /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/],
  ['bcrypt', /^\$2a\$12\$[./A-Za-z0-9]{53}$/],
  ['django-pbkdf2-sha256', /^pbkdf2_sha256\$1000000\$[A-Za-z0-9]{22}\$[A-Za-z0-9+/]{43}=$/],
  ['django-argon2', /^argon2\$argon2id\$v=19\$m=102400,t=2,p=8\$/],
  ['better-auth-scrypt', /^[0-9a-f]{32}:[0-9a-f]{128}$/],
] as const

const hashOf = new Map(
  await Promise.all(FORMATS.map(async ([name]) => [name, await hashPassword(policyOf(name), 'a passphrase')] as const)),
)

const VERIFIERS = [argon2.verify, bcrypt.verify, crypto.pbkdf2, crypto.scrypt]

/** Makes every algorithm return at once for a test that only counts the calls. */
function findNothingRight() {
  vi.mocked(argon2.verify).mockResolvedValue(false)
  vi.mocked(bcrypt.verify).mockResolvedValue(false)
  vi.mocked(crypto.pbkdf2).mockImplementation((_, __, ___, length, ____, done) => done(null, Buffer.alloc(length)))
  vi.mocked(crypto.scrypt).mockImplementation((_, __, length, ___, done) => done(null, Buffer.alloc(length)))
  onTestFinished(() => {
    for (const verify of VERIFIERS) vi.mocked(verify as () => unknown).mockReset() // back to the real work
  })
}

describe.each(FORMATS)('PASSWORD_HASH=%s', (name, shape) => {
  const policy = policyOf(name)
  const stored = hashOf.get(name) as string

  it('makes salted hashes with the documented parameters, which are verified and current', async () => {
    expect(stored).toMatch(shape)
    expect(await hashPassword(policy, 'a passphrase')).not.toBe(stored)
    expect(await verifyPassword(policy, stored, 'a passphrase')).toBe(true)
    expect(await verifyPassword(policy, stored, 'a passphrasE')).toBe(false)
    expect(needsRehash(policy, stored, 'a passphrase')).toBe(false)
    expect(unreadableKind(policy, stored)).toBeNull()
  })

  it('replaces hashes of every other format', () => {
    for (const [other] of FORMATS.filter(([other]) => other !== name)) {
      expect([other, needsRehash(policy, hashOf.get(other) as string, 'a passphrase')]).toEqual([other, true])
    }
  })

  it('does the work of one hash for a missing, unknown, malformed or too costly hash, and finds no password right', async () => {
    const work = () => VERIFIERS.map((verify) => vi.mocked(verify).mock.calls.length)
    const workOf = async (hash: string | null) => {
      const before = work()
      expect(await verifyPassword(policy, hash, 'no account has this password')).toBe(false)
      return work().map((calls, at) => calls - (before[at] ?? 0))
    }
    await workOf(null) // makes the decoy
    findNothingRight()
    const usual = await workOf(stored)
    expect(usual.toSorted()).toEqual([0, 0, 0, 1])
    const malformed = `${stored.slice(0, 12)}!`
    for (const hash of [null, '$md5$abc', malformed, `$2b$31$${'a'.repeat(53)}`]) {
      expect([hash, await workOf(hash)]).toEqual([hash, usual])
    }
  })
})

describe('an argon2id hash', () => {
  it('compares the whole password: it truncates nothing and ignores no case or space', async () => {
    const long = '\u{1f511}'.repeat(127)
    const stored = await hashPassword(ARGON2ID, `${long}a`)
    expect(await verifyPassword(ARGON2ID, stored, `${long}a`)).toBe(true)
    for (const other of [`${long}b`, `${long}A`, long, `${long}a `, `${long}a\0`]) {
      expect(await verifyPassword(ARGON2ID, stored, other)).toBe(false)
    }
  })
})

describe('a bcrypt hash', () => {
  it('is also verified by pgcrypto', async () => {
    await db.execute(sql`create extension pgcrypto schema public`)
    const stored = hashOf.get('bcrypt')
    expect(await db.execute(sql`select public.crypt('a passphrase', ${stored}) as hash`)).toEqual([{ hash: stored }])
  })

  it('holds at most 72 bytes of UTF-8, whatever the pepper', async () => {
    const [fits, tooLong] = ['\u00e9'.repeat(36), `${'\u00e9'.repeat(36)}x`]
    for (const policy of [BCRYPT, policyOf('bcrypt', 'pepper'.repeat(20))]) {
      expect(formatRefusal(policy, fits)).toBeNull()
      expect(formatRefusal(policy, tooLong)).toMatchObject({ code: 'password-too-many-bytes', details: { limit: 72 } })
      await expect(hashPassword(policy, tooLong)).rejects.toMatchObject({ code: 'password-too-many-bytes' })
    }
    expect(formatRefusal(ARGON2ID, tooLong)).toBeNull()
  })

  it('ends with the pepper', async () => {
    const peppered = policyOf('bcrypt', ' and a pepper')
    const stored = await hashPassword(peppered, 'a passphrase')
    expect(await verifyPassword(peppered, stored, 'a passphrase')).toBe(true)
    expect(await verifyPassword(BCRYPT, stored, 'a passphrase')).toBe(false)
    expect(await verifyPassword(BCRYPT, stored, 'a passphrase and a pepper')).toBe(true)
  })
})

describe('a better-auth hash', () => {
  it('is verified by better-auth 1.7', async () => {
    const hash = hashOf.get('better-auth-scrypt') as string
    expect(await betterAuth.verifyPassword({ hash, password: 'a passphrase' })).toBe(true)
    expect(await betterAuth.verifyPassword({ hash, password: 'a passphrasE' })).toBe(false)
  })

  it('holds at most 128 UTF-16 code units: better-auth refuses longer passwords at its sign-in', () => {
    const policy = policyOf('better-auth-scrypt')
    expect(formatRefusal(policy, '\u{1f600}'.repeat(64))).toBeNull()
    expect(formatRefusal(policy, 'x'.repeat(128))).toBeNull()
    const refusal = { code: 'password-too-long', details: { limit: 64 } }
    expect(formatRefusal(policy, `${'\u{1f600}'.repeat(64)}x`)).toMatchObject(refusal)
    expect(formatRefusal(ARGON2ID, '\u{1f600}'.repeat(128))).toBeNull()
  })
})

describe('a NUL character', () => {
  it('is refused for the formats of applications that accept none', async () => {
    for (const name of ['bcrypt', 'django-pbkdf2-sha256', 'django-argon2'] as const) {
      expect(formatRefusal(policyOf(name), 'a pass\0phrase')).toMatchObject({ code: 'password-unusable-character' })
    }
    expect(formatRefusal(ARGON2ID, 'a pass\0phrase')).toBeNull()
    expect(formatRefusal(policyOf('better-auth-scrypt'), 'a pass\0phrase')).toBeNull()
  })
})

const SALT_AND_KEY = `${'c2FsdHNhbHQ'.repeat(2)}$${'A'.repeat(43)}`
const BCRYPT_REST = `$${'abcdefghijklmnopqrstu'}u${'a'.repeat(31)}`

/** Each verifies within seconds, or would not end in this century. */
const COSTS = [
  [
    'argon2 memory',
    [`$argon2id$v=19$m=262144,t=1,p=1$${SALT_AND_KEY}`],
    `$argon2id$v=19$m=262145,t=1,p=1$${SALT_AND_KEY}`,
  ],
  ['argon2 passes', [], `$argon2id$v=19$m=65536,t=17,p=1$${SALT_AND_KEY}`],
  ['argon2 passes', [], `$argon2id$v=19$m=8,t=4294967295,p=1$${SALT_AND_KEY}`],
  ['argon2 lanes', [], `$argon2id$v=19$m=65536,t=1,p=17$${SALT_AND_KEY}`],
  ['argon2 in a Django hash', [], `argon2$argon2id$v=19$m=4194304,t=1,p=1$${SALT_AND_KEY}`],
  ['bcrypt', [`$2b$15${BCRYPT_REST}`], `$2b$16${BCRYPT_REST}`],
  ['bcrypt in a Django hash', [], `bcrypt_sha256$$2b$31${BCRYPT_REST}`],
  ['PBKDF2', [`pbkdf2_sha256$10000000$salt$${'A'.repeat(43)}=`], `pbkdf2_sha256$10000001$salt$${'A'.repeat(43)}=`],
  ['PBKDF2', [], `pbkdf2_sha1$2147483647$salt$${'A'.repeat(27)}=`],
  ['phpass', [`$P$Eabcdefgh${'a'.repeat(22)}`], `$P$Fabcdefgh${'a'.repeat(22)}`],
] as const

describe('a stored hash that is too costly', () => {
  it.each(COSTS)('is not verified: %s', async (_, allowed, tooCostly) => {
    // Only read here: the largest allowed costs take seconds.
    for (const stored of allowed) expect([stored, unreadableKind(ARGON2ID, stored)]).toEqual([stored, null])
    expect(unreadableKind(ARGON2ID, tooCostly)).not.toBeNull()
    expect(await verifyPassword(ARGON2ID, tooCostly, 'a passphrase')).toBe(false)
  })
})

describe('a malformed hash', () => {
  const samples = [
    ...hashOf.values(),
    '$argon2i$v=19$m=1024,t=2,p=1$bDBHVHJBR0ROY1VDWUwuTA$jwuOIxvULkrOxedYLdpOYi3bMLfu4oXR3yyIPctwivU',
    'pbkdf2_sha1$1000$lGYXbHqcKiF72gG3pYP6IB$ng5DcaTe168HBX3E3t6WWi3NCZc=',
    'bcrypt_sha256$$2b$04$.8ZGrk0bOCgQDxhsrqI0Reyi/vBuMcA8kxnCQ.5ENZA10udKBocS.',
    '$P$BJ6IyITzpI3BfqZg7b.tJZ3jQNCD9e0',
  ]

  /** The sample cut, longer, and with an empty part. */
  function malformedFrom(sample: string) {
    const cut = [1, 4, 9, 15, 25, 40].map((length) => sample.slice(0, -length))
    const longer = ['\0', '\n', '$', 'A', ' ', 'x'.repeat(1000)].map((tail) => sample + tail)
    const emptied = [1, 2, 3, 4].map((at) => sample.split('$').toSpliced(at, 1, '').join('$'))
    return [...cut, ...longer, ...emptied].filter((stored) => stored !== sample && stored !== '')
  }

  it('never throws and never matches', async () => {
    // Only hashes that are read are verified: all others run the decoy, which is tested above.
    const read = new Set(samples.flatMap(malformedFrom).filter((stored) => unreadableKind(ARGON2ID, stored) === null))
    expect(read.size).toBeGreaterThan(0)
    for (const stored of read) {
      expect([stored, await verifyPassword(ARGON2ID, stored, 'a passphrase')]).toEqual([stored, false])
    }
  })
})

describe('needsRehash', () => {
  it('is true for an argon2 hash made with less memory, fewer rounds or another variant', async () => {
    const weaker = [
      await argon2.hash('x', { memoryCost: 19_455, timeCost: 2, parallelism: 1 }),
      await argon2.hash('x', { memoryCost: 19_456, timeCost: 1, parallelism: 1 }),
      await argon2.hash('x', { memoryCost: 19_456, timeCost: 2, parallelism: 1, algorithm: 1 }),
    ]
    expect(weaker.map((stored) => needsRehash(ARGON2ID, stored, 'x'))).toEqual([true, true, true])
  })

  it('compares the cost of a bcrypt or PBKDF2 hash, not its prefix', () => {
    expect(needsRehash(BCRYPT, `$2y$11${BCRYPT_REST}`, 'x')).toBe(true)
    expect(needsRehash(BCRYPT, `$2y$12${BCRYPT_REST}`, 'x')).toBe(false)
    expect(needsRehash(BCRYPT, `$2b$13${BCRYPT_REST}`, 'x')).toBe(false)
    const pbkdf2 = (iterations: number) => `pbkdf2_sha256$${iterations}$salt$${'A'.repeat(43)}=`
    expect(needsRehash(policyOf('django-pbkdf2-sha256'), pbkdf2(999_999), 'x')).toBe(true)
    expect(needsRehash(policyOf('django-pbkdf2-sha256'), pbkdf2(1_500_000), 'x')).toBe(false)
  })

  it('is false where a new hash would change which passwords match', () => {
    const long = 'x'.repeat(73)
    // The stored hash may be of any password that begins with the same 72 bytes.
    expect(needsRehash(ARGON2ID, `$2b$12${BCRYPT_REST}`, long)).toBe(false)
    expect(needsRehash(ARGON2ID, `bcrypt$$2b$12${BCRYPT_REST}`, long)).toBe(false)
    expect(needsRehash(ARGON2ID, `bcrypt_sha256$$2b$12${BCRYPT_REST}`, long)).toBe(true)
    // The new format could not hold the password.
    expect(needsRehash(BCRYPT, hashOf.get('argon2id') as string, long)).toBe(false)
  })
})
