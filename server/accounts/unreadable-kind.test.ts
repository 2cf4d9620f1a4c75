import { describe, expect, it } from 'vitest'
import { unreadableKind } from './password-hash'

const ARGON2ID = { passwordHash: 'argon2id' } as const

describe('unreadableKind', () => {
  it.each([
    ['$md5$rounds=1$abc$def', '$md5$'],
    ['$wp$2y$10$abc', '$wp$'],
    ['scrypt$16384$salt$8$1$key', 'scrypt$'],
    ['$2b$12$short', 'bcrypt'],
    ['pbkdf2_sha256$many$salt$key', 'django-pbkdf2-sha256'],
    ['5f4dcc3b5aa765d61d8327deb882cf99', 'other'],
    ['my$ecret', 'other'],
    ['$ecret$', 'other'],
  ])('names the kind of %j without any part of a secret: %s', (stored, kind) => {
    expect(unreadableKind(ARGON2ID, stored)).toBe(kind)
  })

  it('is null for the marks of an account without a password', () => {
    expect(unreadableKind(ARGON2ID, '')).toBeNull()
    expect(unreadableKind(ARGON2ID, '!WzsegF9CjPsIWFWHdzMofedf6OzVMOP350ro1ufl')).toBeNull()
  })
})
