import { describe, expect, it } from 'vitest'
import { type HashPolicy, verifyPassword } from '@/server/accounts/password-hash'

/**
 * Hashes that the frameworks themselves made, on Debian 12 and with their npm packages. Where a framework lets its
 * caller choose the cost, a low one keeps this file quick.
 */

const PASSWORD = 'caf\u00e9 \u5bc6\u7801 1815!'
const BYTES_72 = 'x'.repeat(72)
const LONG = `${BYTES_72} and a tail`

const policy: HashPolicy = { passwordHash: 'bcrypt' }
const DEVISE_PEPPER = 'the pepper of this application'
/** As long as the one that Devise's generator writes. */
const LONG_PEPPER = '0123456789abcdef'.repeat(8)

describe('a hash made by', () => {
  it.each([
    ['Django 3.2.25', 'pbkdf2_sha256$260000$nFGur1Wti6jru9ht3HwwNn$rc8UZUTggIs7znlueMsdYxy5IE4g927ApNe5IP34spc='],
    ['Django 3.2.25', 'pbkdf2_sha1$260000$lGYXbHqcKiF72gG3pYP6IB$ng5DcaTe168HBX3E3t6WWi3NCZc='],
    [
      'Django 3.2.25 with argon2-cffi 21.1.0',
      'argon2$argon2id$v=19$m=102400,t=2,p=8$dFMxbjJ2VEJaSG4wRDUxRUQzZlF5VQ$81ky30qdQ4xbrvb/eJ06sg',
    ],
    ['Django 3.2.25 with bcrypt 3.2.2', 'bcrypt_sha256$$2b$04$.8ZGrk0bOCgQDxhsrqI0Reyi/vBuMcA8kxnCQ.5ENZA10udKBocS.'],
    ['Django 3.2.25 with bcrypt 3.2.2', 'bcrypt$$2b$04$pN3UqL8ExDy59v6AvbAVWuyEiG0RPy02g5gGXD8cjSNrRGBUq2sT2'],
    ['Devise 4.8.1 with bcrypt 3.1.18', '$2a$04$ya0jFNWKYzvBZy0/1xsl4.97tUBesKk9fpwGbbzPPXpGmujcXRa1m'],
    ['PHP 8.2.36', '$2y$04$2HwLHsDSoLZf3cYI434qkOux/RxgdeIhcGamuHkBVP1xEBcevGOlW'],
    ['PHP 8.2.36', '$argon2id$v=19$m=1024,t=2,p=1$bk5nZmgxbUY0a3FKcG1EUA$RL0gTRqbZ/Qy5zcIv6OfUS23SMlWQYL6Do7vrbUFTeM'],
    ['PHP 8.2.36', '$argon2i$v=19$m=1024,t=2,p=1$bDBHVHJBR0ROY1VDWUwuTA$jwuOIxvULkrOxedYLdpOYi3bMLfu4oXR3yyIPctwivU'],
    ['argon2-cffi 21.1.0', '$argon2d$v=19$m=1024,t=2,p=1$ch9HJ1FooMhx0XfSxUlGmQ$2MwKJkC0leg8mglB/9wAHw'],
    ['bcrypt 6.0.0 for Node.js', '$2b$04$D7CaDS1Wel1iPE7PLKQFhOPKpZw0tta0G9A4GuEo8hdqeSeMjZLV2'],
    ['bcryptjs 3.0.3', '$2b$04$N3dQh/GUPVp9mXOoyN1eW.PEJX9e0FTXTz7B/OTot5cwUz6YCsHve'],
    [
      'better-auth 1.7.25',
      'bf542852efbe616ca4e80a21ca9f6ff2:b3027bfa9a6941d2ca3c56b3c322fd1dd5e86a492e2dd02a8c19e30a18937ecea80c6dfbb0ba6f714d07618b29b7b7a285b871753cdce52825dc5713a3866d11',
    ],
    ['phpass 0.3 of WordPress 6.1.9', '$P$BJ6IyITzpI3BfqZg7b.tJZ3jQNCD9e0'],
    ['phpass 0.3 with a quarter of the rounds', '$P$9cjrMaVe5ljB4Ck79UQaqeLnSpGb.d/'],
    ['phpass 0.3, with the prefix of phpBB', '$H$BJ6IyITzpI3BfqZg7b.tJZ3jQNCD9e0'],
  ])('%s is verified: %s', async (_, stored) => {
    expect(await verifyPassword(policy, stored, PASSWORD)).toBe(true)
    expect(await verifyPassword(policy, stored, `${PASSWORD} `)).toBe(false)
  })

  it('better-auth 1.7.25 is verified with the password in NFKC', async () => {
    const stored =
      '4cb37ad0df7838e91d031b63d370363a:6c910db30c6fe839e07e412c8ac975a089d9be2543432913a7a0662fdc7eb90cb8bc68c149c8f0f635dc01ab669c2e30f2e7a01c4f5cc4beb55c6fd01de135bc'
    expect(await verifyPassword(policy, stored, '\ufb01sh \u2460 pass')).toBe(true)
    expect(await verifyPassword(policy, stored, 'fish 1 pass')).toBe(true)
    expect(await verifyPassword(policy, stored, 'fish 2 pass')).toBe(false)
  })
})

describe('the pepper of Devise 4.8.1', () => {
  it.each([
    ['a short pepper', DEVISE_PEPPER, '$2a$04$SBVHSz.mH6eBjnrLvaz9ae45FmJ/GpRtLvTef8ELLOcnjIVjkDglG', PASSWORD],
    [
      'a pepper of 128 characters',
      LONG_PEPPER,
      '$2a$04$6udUOXHDT2fWJVZu841UieJW9Caq6RhzeqJoraqoGOAee.DAj.EAW',
      PASSWORD,
    ],
    [
      'a pepper that is cut at 72 bytes',
      DEVISE_PEPPER,
      '$2a$04$R8FUexHnFzs43/4LjpXapuD4DytMl4/jgN9NeF7RuzfMj/9XUeCJC',
      'y'.repeat(60),
    ],
  ])('is appended to the password: %s', async (_, passwordPepper, stored, password) => {
    expect(await verifyPassword({ ...policy, passwordPepper }, stored, password)).toBe(true)
    expect(await verifyPassword({ ...policy, passwordPepper: `!${passwordPepper}` }, stored, password)).toBe(false)
    expect(await verifyPassword(policy, stored, password)).toBe(false)
  })

  it('is left out of the other formats, and of Django’s bcrypt', async () => {
    const peppered = { ...policy, passwordPepper: DEVISE_PEPPER }
    const stored = 'bcrypt$$2b$04$pN3UqL8ExDy59v6AvbAVWuyEiG0RPy02g5gGXD8cjSNrRGBUq2sT2'
    expect(await verifyPassword(peppered, stored, PASSWORD)).toBe(true)
  })
})

describe('a hash of a password longer than 72 bytes', () => {
  it.each([
    ['Devise 4.8.1', '$2a$04$It5we6itbgkdD2Wum.QuIeuQhFcNoH3foApKQGauT1izaOiKXBfL6'],
    ['PHP 8.2.36', '$2y$04$fX4MiEjWdGC8b0q8Al/zZuwPjZ/9U9aQR58wgpeD.w1wyHX5X6M72'],
    ['Django 3.2.25', 'bcrypt$$2b$04$oaa1AZtrdzNz5uskSISA0.mYZ2IcBI.hhOV0DGrK3IVhJ.o41chlW'],
  ])('is compared up to the 72nd byte, as %s does', async (_, stored) => {
    expect(await verifyPassword(policy, stored, LONG)).toBe(true)
    expect(await verifyPassword(policy, stored, BYTES_72)).toBe(true)
    expect(await verifyPassword(policy, stored, BYTES_72.slice(1))).toBe(false)
  })

  it.each([
    ['bcrypt_sha256', 'bcrypt_sha256$$2b$04$RFISYpjgiiZ3v/hmxxDT/.QSxedNEJ5Xx.BqC9sehXiXTneBfLraS'],
    ['pbkdf2_sha256', 'pbkdf2_sha256$260000$ErOUARg9BIY8s7YpyIS5CF$4qWZGpdAaGW3dmikVgb4YnU7eC0RgKsBkBOF5eSwmzY='],
  ])('is compared as a whole by %s of Django 3.2.25', async (_, stored) => {
    expect(await verifyPassword(policy, stored, LONG)).toBe(true)
    expect(await verifyPassword(policy, stored, BYTES_72)).toBe(false)
  })
})
