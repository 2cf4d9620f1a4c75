import { describe, expect, it } from 'vitest'
import { RecoveryError } from '@/server/core/errors'
import { checkNewPassword, DEFAULT_PASSWORD_POLICY } from './password-policy'

const ada = { email: 'ada.lovelace@example.com', username: 'countess', fullName: 'Ada King Lovelace' }

/** The code and details of the refusal, or null for an accepted password. */
function refusalOf(password: string, owner = ada, policy = DEFAULT_PASSWORD_POLICY) {
  try {
    checkNewPassword(password, owner, policy)
    return null
  } catch (error) {
    if (!(error instanceof RecoveryError)) throw error
    return { code: error.code, ...error.details }
  }
}

const expectAccepted = (...passwords: string[]) => {
  for (const password of passwords) expect([password, refusalOf(password)]).toEqual([password, null])
}
const expectRefused = (code: string, ...passwords: string[]) => {
  for (const password of passwords) expect([password, refusalOf(password)?.code]).toEqual([password, code])
}

describe('the length of a password', () => {
  it('is at least eight code points; the refusal contains the limit', () => {
    expect(refusalOf('k7#mQ2x')).toEqual({ code: 'password-too-short', limit: 8 })
    expectAccepted('k7#mQ2xz')
  })

  it('counts an emoji as one character', () => {
    expect(refusalOf('\u{1f600}\u{1f431}\u{1f680}\u{1f340}\u{1f9e9}\u{1f511}\u{1f30d}')?.code).toBe(
      'password-too-short',
    )
    expectAccepted('\u{1f600}\u{1f431}\u{1f680}\u{1f340}\u{1f9e9}\u{1f511}\u{1f30d}\u{1f4a1}')
  })

  it('is at most 128 code points', () => {
    const long = 'the quick brown fox jumps over the lazy dog '.repeat(3).slice(0, 127)
    expectAccepted(`${long}!`, `${long}\u{1f600}`)
    expect(refusalOf(`${long}!!`)).toEqual({ code: 'password-too-long', limit: 128 })
    expect(refusalOf(`${long}\u{1f600}!`)).toEqual({ code: 'password-too-long', limit: 128 })
  })

  it('has the minimum that the operator configured', () => {
    expect(refusalOf('fourteen chars', ada, { ...DEFAULT_PASSWORD_POLICY, passwordMinLength: 15 })).toEqual({
      code: 'password-too-short',
      limit: 15,
    })
    expect(refusalOf('fifteen  chars!', ada, { ...DEFAULT_PASSWORD_POLICY, passwordMinLength: 15 })).toBeNull()
  })
})

describe('the configured hash format', () => {
  const bcrypt = { ...DEFAULT_PASSWORD_POLICY, passwordHash: 'bcrypt' as const }

  it('limits the bytes of a password, which has a reason of its own', () => {
    const text = 'the quick brown fox jumps over the lazy dog, and the dog sleeps on and on'
    expect(refusalOf(text.slice(0, 72), ada, bcrypt)).toBeNull()
    expect(refusalOf(text, ada, bcrypt)).toEqual({ code: 'password-too-many-bytes', limit: 72 })
    expect(refusalOf('\u5bc6\u7801\u662f\u5f88\u957f'.repeat(5), ada, bcrypt)?.code).toBe('password-too-many-bytes')
    expect(refusalOf(text)).toBeNull()
  })

  it('limits nothing beyond 128 code points: those have the reason they always had', () => {
    expect(refusalOf('x'.repeat(129), ada, bcrypt)).toEqual({ code: 'password-too-long', limit: 128 })
  })

  it('may exclude NUL', () => {
    expect(refusalOf('a pass\0phrase', ada, bcrypt)).toEqual({ code: 'password-unusable-character' })
  })
})

describe('composition', () => {
  it('is free: every character is allowed and none is required', () => {
    expectAccepted(
      'plainlowercaseletters',
      '        x',
      '\u5bc6\u7801\u662f\u5f88\u957f\u7684\u4e00\u53e5\u8bdd',
      'tab\there\nand there',
      '\u0000\u0001 bell \u0007 and NUL',
    )
  })
})

describe('a password of repetitions or a run of characters', () => {
  it('is too simple', () => {
    expectRefused(
      'password-too-simple',
      'aaaaaaaa',
      '        ',
      'aAaAaAaA',
      'abababab',
      'abcabcabc',
      'abcabcabcab',
      'catdogcatdog',
      '\u{1f600}'.repeat(8),
      '12345678',
      '87654321',
      'abcdefgh',
      'hgfedcba',
      'AbCdEfGh',
      'qrstuvwxyz',
    )
  })

  it('is accepted once the pattern is broken', () => {
    expectAccepted('aaaaaaab', 'abcabcxabc', '13579bdf', 'abcdefghj', 'catdogcatdoh')
  })
})

describe('a common password', () => {
  it('is refused in upper and lower case', () => {
    expectRefused(
      'password-too-common',
      'password1',
      'PassWord1',
      'qwertyuiop',
      '1q2w3e4r',
      '1qaz2wsx',
      'asdfghjkl',
      'iloveyou',
      'sunshine',
      'princess',
      'football',
      'trustno1',
      'letmein123',
      'p@ssw0rd',
    )
  })

  it('is accepted with another word added', () => {
    expectAccepted('sunshine barge', 'trustno1 tapir', 'qwertyuiop[] heron')
  })
})

describe('a password made of the names of its owner or of the product', () => {
  it('is refused for username, email address, full name and product, with digits and punctuation around them', () => {
    expectRefused(
      'password-personal',
      'countess',
      'Countess1',
      'countess1815',
      '!!countess!!',
      'c.o.u.n.t.e.s.s',
      'ada.lovelace@example.com',
      'ADA.LOVELACE',
      'adalovelace',
      'Lovelace1815',
      'ada king lovelace',
      'lovelace ada',
      'adaadaada1',
      'latchkey',
      'LatchKey123!',
      'latchkey countess',
      'ab1countess',
    )
  })

  it('is accepted when the name is part of a sentence', () => {
    expectAccepted(
      'ada lovelace wrote the first program',
      'my countess rides at dawn',
      'where did I put the latchkey again',
      'countess of teapots',
    )
  })

  it('is not assumed for names shorter than three characters, or without a name', () => {
    const al = { email: 'al@example.com', username: 'x', fullName: '' }
    expect(refusalOf('al4190-77', al)).toBeNull()
    expect(refusalOf('x4190-7731', al)).toBeNull()
    expect(refusalOf('73914-7731', { ...al, fullName: ' - . ' })).toBeNull()
  })

  it('is refused for the brand and its words, and for Latchkey under any brand', () => {
    const policy = { ...DEFAULT_PASSWORD_POLICY, brandName: 'Øre & Møller Bank' }
    for (const password of ['øremøllerbank', 'Møller-2024', 'bank12345', 'Latchkey1'])
      expect(refusalOf(password, ada, policy)?.code, password).toBe('password-personal')
    expect(refusalOf('møller-2024')).toBeNull()
  })

  it('is recognized in any script', () => {
    const li = { email: 'li@example.com', username: '\u674e\u660e\u534e', fullName: 'Jos\u00e9 \u00c1lvarez' }
    expect(refusalOf('\u674e\u660e\u534e\u674e\u660e\u534e88', li)?.code).toBe('password-personal')
    expect(refusalOf('\u00c1LVAREZ99', li)?.code).toBe('password-personal')
  })
})
