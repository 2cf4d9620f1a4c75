import { describe, expect, it } from 'vitest'
import {
  codeDigestOf,
  codeOf,
  digestOf,
  identifierDigestOf,
  isLinkToken,
  linkTokenOf,
  newRequestId,
  newSeed,
  readSecureAccountToken,
  secureAccountTokenOf,
} from './secrets'

const SECRET = 'the application secret of these tests'
const OLDER = 'the application secret of last year....'
const ID = '00112233-4455-6677-8899-aabbccddeeff'
const SEED = Buffer.from('00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff', 'hex')

describe('newRequestId', () => {
  it('returns 128 random bits, none of them fixed', () => {
    const ids = Array.from({ length: 400 }, () => Buffer.from(newRequestId().replaceAll('-', ''), 'hex'))
    expect(new Set(ids.map((id) => id.toString('hex'))).size).toBe(400)
    for (let bit = 0; bit < 128; bit++) {
      const ones = ids.filter((id) => ((id[bit >> 3] as number) >> (bit & 7)) & 1).length
      // 200 are expected. A difference of 80 is eight standard deviations.
      expect(Math.abs(ones - 200)).toBeLessThan(80)
    }
  })

  it('formats them as a UUID', () => {
    expect(newRequestId()).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  })
})

describe('linkTokenOf', () => {
  it('derives 43 characters of base64url, the same ones each time', () => {
    expect(linkTokenOf(SECRET, SEED)).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(linkTokenOf(SECRET, SEED)).toBe(linkTokenOf(SECRET, SEED))
    expect(isLinkToken(linkTokenOf(SECRET, SEED))).toBe(true)
  })

  it('derives different tokens for different requests and for different secrets', () => {
    const tokens = [linkTokenOf(SECRET, SEED), linkTokenOf(SECRET, newSeed()), linkTokenOf(OLDER, SEED)]
    expect(new Set(tokens).size).toBe(3)
  })

  it('has one valid spelling: of the four last characters that decode to the same bytes, one is accepted', () => {
    const token = linkTokenOf(SECRET, SEED)
    const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_']
    const equivalent = letters.filter((last) =>
      Buffer.from(token.slice(0, -1) + last, 'base64url').equals(Buffer.from(token, 'base64url')),
    )
    expect(equivalent).toHaveLength(4)
    expect(equivalent.filter((last) => isLinkToken(token.slice(0, -1) + last))).toEqual([token.at(-1)])
  })
})

describe('codeOf', () => {
  const codes = Array.from({ length: 20_000 }, () => codeOf(SECRET, newSeed()))

  it('returns six digits, with leading zeros', () => {
    expect(codes.filter((code) => !/^[0-9]{6}$/.test(code))).toEqual([])
    expect(codes.some((code) => code.startsWith('0'))).toBe(true)
  })

  it('returns each digit equally often in each place', () => {
    for (let place = 0; place < 6; place++) {
      const counts = Array.from(
        { length: 10 },
        (_, digit) => codes.filter((code) => code[place] === String(digit)).length,
      )
      const chiSquare = counts.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0)
      // With nine degrees of freedom, uniform digits exceed this once in a hundred million runs.
      expect(chiSquare).toBeLessThan(54)
    }
  })

  it('has a digest that depends on the secret, the request and the code', () => {
    const digest = codeDigestOf(SECRET, ID, '012345')
    const others = [
      codeDigestOf(OLDER, ID, '012345'),
      codeDigestOf(SECRET, newRequestId(), '012345'),
      codeDigestOf(SECRET, ID, '012346'),
      digestOf('012345'),
    ]
    expect(others.some((other) => other.equals(digest))).toBe(false)
  })
})

describe('the derived values of one request', () => {
  it('differ from each other', () => {
    const link = Buffer.from(linkTokenOf(SECRET, SEED), 'base64url')
    const secureAccount = Buffer.from(secureAccountTokenOf(SECRET, ID), 'base64url').subarray(16)
    const identifier = identifierDigestOf(SECRET, ID)
    expect(new Set([link, secureAccount, identifier].map((bytes) => bytes.toString('hex'))).size).toBe(3)
  })
})

describe('readSecureAccountToken', () => {
  const token = secureAccountTokenOf(SECRET, ID)

  it('accepts a token made with any secret of the ring', () => {
    expect(readSecureAccountToken([SECRET], token)).toBe(ID)
    expect(readSecureAccountToken([OLDER, SECRET], token)).toBe(ID)
    expect(readSecureAccountToken([OLDER], token)).toBeNull()
  })

  it('rejects a token with any one character changed', () => {
    for (let at = 0; at < token.length; at++) {
      const altered = `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`
      expect(readSecureAccountToken([SECRET], altered)).toBeNull()
    }
  })

  it.each([
    [''],
    [token.slice(1)],
    [`${token}A`],
    [`${token}=`],
    [` ${token}`],
    ['A'.repeat(64)],
    [linkTokenOf(SECRET, SEED)],
  ])('rejects a shortened, extended or invented token: %j', (token) => {
    expect(readSecureAccountToken([SECRET], token)).toBeNull()
  })
})
