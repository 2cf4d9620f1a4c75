import { hash } from '@node-rs/argon2'
import { describe, expect, it } from 'vitest'
import { hashPassword, needsRehash, verifyPassword } from './password-hash'

describe('a password hash', () => {
  it('is argon2id of the parameters OWASP asks for, salted', async () => {
    const [one, other] = await Promise.all([hashPassword('a passphrase'), hashPassword('a passphrase')])
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(one).not.toBe(other)
  })

  it('opens for its whole password alone: nothing is cut off or folded', async () => {
    const long = '\u{1f511}'.repeat(127)
    const stored = await hashPassword(`${long}a`)
    expect(await verifyPassword(stored, `${long}a`)).toBe(true)
    for (const other of [`${long}b`, `${long}A`, long, `${long}a `, `${long}a\0`]) {
      expect(await verifyPassword(stored, other)).toBe(false)
    }
  })

  it("that is missing or cannot be read opens for nothing, not even the decoy's password", async () => {
    for (const stored of [null, '', 'plain text', '$argon2id$v=19$m=19456,t=2,p=1$broken']) {
      for (const password of ['', 'no account has this password', 'plain text']) {
        expect(await verifyPassword(stored, password)).toBe(false)
      }
    }
  })

  it('is weak when made with less memory, fewer rounds or another variant', async () => {
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

it('turns a flood of hashes away instead of queueing it without end', async () => {
  const cheap = await hash('x', { memoryCost: 8, timeCost: 1, parallelism: 1 })
  const outcomes = await Promise.allSettled(Array.from({ length: 700 }, () => verifyPassword(cheap, 'x')))
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
  const running = 200 - refused.length
  expect(running).toBeGreaterThan(0)
  expect(running).toBeLessThan(100)
  expect(refused[0]?.reason).toMatchObject({ code: 'busy', details: { retryAfterSeconds: 5 } })
})
