import { describe, expect, it } from 'vitest'
import { RecoveryError } from '@/server/core/errors'
import { checkNewPassword } from './password-policy'

const ada = { email: 'ada.lovelace@example.com', username: 'countess', fullName: 'Ada King Lovelace' }

/** Why a password is refused, or null. */
function refusalOf(password: string, owner = ada, minLength = 8) {
  try {
    checkNewPassword(password, owner, minLength)
    return null
  } catch (error) {
    if (!(error instanceof RecoveryError)) throw error
    return { code: error.code, ...error.details }
  }
}

const expectGood = (...passwords: string[]) => {
  for (const password of passwords) expect([password, refusalOf(password)]).toEqual([password, null])
}
const expectRefused = (code: string, ...passwords: string[]) => {
  for (const password of passwords) expect([password, refusalOf(password)?.code]).toEqual([password, code])
}

describe('length', () => {
  it('is at least eight code points, told with the limit', () => {
    expect(refusalOf('k7#mQ2x')).toEqual({ code: 'password-too-short', limit: 8 })
    expectGood('k7#mQ2xz')
  })

  it('counts an emoji as one', () => {
    expect(refusalOf('\u{1f600}\u{1f431}\u{1f680}\u{1f340}\u{1f9e9}\u{1f511}\u{1f30d}')?.code).toBe(
      'password-too-short',
    )
    expectGood('\u{1f600}\u{1f431}\u{1f680}\u{1f340}\u{1f9e9}\u{1f511}\u{1f30d}\u{1f4a1}')
  })

  it('is at most 128 code points', () => {
    const long = 'the quick brown fox jumps over the lazy dog '.repeat(3).slice(0, 127)
    expectGood(`${long}!`, `${long}\u{1f600}`)
    expect(refusalOf(`${long}!!`)).toEqual({ code: 'password-too-long', limit: 128 })
    expect(refusalOf(`${long}\u{1f600}!`)).toEqual({ code: 'password-too-long', limit: 128 })
  })

  it('is what the operator asks for', () => {
    expect(refusalOf('fourteen chars', ada, 15)).toEqual({ code: 'password-too-short', limit: 15 })
    expect(refusalOf('fifteen  chars!', ada, 15)).toBeNull()
  })
})

describe('any character', () => {
  it('will do, and none is demanded', () => {
    expectGood(
      'plainlowercaseletters',
      '        x',
      '\u5bc6\u7801\u662f\u5f88\u957f\u7684\u4e00\u53e5\u8bdd',
      'tab\there\nand there',
      '\u0000\u0001 bell \u0007 and NUL',
    )
  })
})

describe('what repeats or runs', () => {
  it('is refused', () => {
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

  it('is fine as soon as it does not', () => {
    expectGood('aaaaaaab', 'abcabcxabc', '13579bdf', 'abcdefghj', 'catdogcatdoh')
  })
})

describe('what many people use', () => {
  it('is refused in any case of its letters', () => {
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

  it('is fine with a word more', () => {
    expectGood('sunshine barge', 'trustno1 tapir', 'qwertyuiop[] heron')
  })
})

describe('what names its owner or the product', () => {
  it('is refused: username, address, names, the product, with digits and marks about them', () => {
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

  it('is fine inside a sentence', () => {
    expectGood(
      'ada lovelace wrote the first program',
      'my countess rides at dawn',
      'where did I put the latchkey again',
      'countess of teapots',
    )
  })

  it('does not mistake a short name, or none, for something to look for', () => {
    const al = { email: 'al@example.com', username: 'x', fullName: '' }
    expect(refusalOf('al4190-77', al)).toBeNull()
    expect(refusalOf('x4190-7731', al)).toBeNull()
    expect(refusalOf('73914-7731', { ...al, fullName: ' - . ' })).toBeNull()
  })

  it('is looked for in any script', () => {
    const li = { email: 'li@example.com', username: '\u674e\u660e\u534e', fullName: 'Jos\u00e9 \u00c1lvarez' }
    expect(refusalOf('\u674e\u660e\u534e\u674e\u660e\u534e88', li)?.code).toBe('password-personal')
    expect(refusalOf('\u00c1LVAREZ99', li)?.code).toBe('password-personal')
  })
})
