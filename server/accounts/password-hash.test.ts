import { availableParallelism } from 'node:os'
import { hash } from '@node-rs/argon2'
import { describe, expect, it } from 'vitest'
import { hashPassword, needsRehash, verifyPassword } from './password-hash'

describe('hashPassword', () => {
  it('makes a salted argon2id hash with the parameters that OWASP recommends', async () => {
    const [one, other] = await Promise.all([hashPassword('a passphrase'), hashPassword('a passphrase')])
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(one).not.toBe(other)
  })
})

describe('verifyPassword', () => {
  it('compares the whole password: it truncates nothing and ignores no case or space', async () => {
    const long = '\u{1f511}'.repeat(127)
    const stored = await hashPassword(`${long}a`)
    expect(await verifyPassword(stored, `${long}a`)).toBe(true)
    for (const other of [`${long}b`, `${long}A`, long, `${long}a `, `${long}a\0`]) {
      expect(await verifyPassword(stored, other)).toBe(false)
    }
  })

  it('rejects every password, also that of the decoy, when the stored hash is missing or unreadable', async () => {
    for (const stored of [null, '', 'plain text', '$argon2id$v=19$m=19456,t=2,p=1$broken']) {
      for (const password of ['', 'no account has this password', 'plain text']) {
        expect(await verifyPassword(stored, password)).toBe(false)
      }
    }
  })

  it('refuses with "busy" while 500 hashes are waiting', async () => {
    const running = Math.max(2, availableParallelism())
    const quickHash = await hash('x', { memoryCost: 8, timeCost: 1, parallelism: 1 })
    const calls = Array.from({ length: running + 500 + 100 }, () => verifyPassword(quickHash, 'x'))
    const outcomes = await Promise.allSettled(calls)
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
    expect(outcomes.slice(-100)).toEqual(refused)
    expect(refused).toHaveLength(100)
    expect(refused[0]?.reason).toMatchObject({ code: 'busy', details: { retryAfterSeconds: 5 } })
  })
})

describe('needsRehash', () => {
  it('is true for a hash made with less memory, fewer rounds or another variant', async () => {
    const weaker = [
      await hash('x', { memoryCost: 19_455, timeCost: 2, parallelism: 1 }),
      await hash('x', { memoryCost: 19_456, timeCost: 1, parallelism: 1 }),
      await hash('x', { memoryCost: 19_456, timeCost: 2, parallelism: 1, algorithm: 1 }),
      '$2b$12$abcdefghijklmnopqrstuv',
    ]
    expect(weaker.map(needsRehash)).toEqual(weaker.map(() => true))
    expect(needsRehash(await hashPassword('x'))).toBe(false)
  })
})
