import { runInThisContext } from 'node:vm'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { codeSchema, currentPasswordSchema, identifierSchema, newPasswordSchema, resetPasswordInput } from './schemas'

/** The message of the first issue, or undefined for valid input. */
const issueOf = (
  schema: { safeParse(value: unknown): { success: boolean; error?: { issues: { message: string }[] } } },
  value: unknown,
) => schema.safeParse(value).error?.issues[0]?.message

describe('identifierSchema', () => {
  it.each([
    ['no value', undefined],
    ['null', null],
    ['an array with one address', ['ada@example.com']],
    ['an array with two addresses', ['ada@example.com', 'eve@example.com']],
    ['an object', { email: 'ada@example.com' }],
    ['a number', 7],
    ['an empty string', ''],
    ['only white space', ' \t\n '],
  ])('reports "identifier-missing" for %s', (_, value) => {
    expect(issueOf(identifierSchema, value)).toBe('identifier-missing')
  })

  it.each([
    ['two addresses with a comma between', 'ada@example.com,eve@example.com'],
    ['two addresses with a space between', 'ada@example.com eve@example.com'],
    ['two addresses with a semicolon between', 'ada@example.com;eve@example.com'],
    ['two @ signs', 'ada@example.com@example.com'],
    ['a header line after CRLF', 'ada@example.com\r\nBcc: eve@example.com'],
    ['a line break', 'ada@example.com\neve@example.com'],
    ['an encoded line break', 'ada@example.com%0aBcc:eve@example.com'],
    ['a quoted local part', '"ada"@example.com'],
    ['a quoted second address', '"ada@example.com, eve"@example.com'],
    ['a display name', 'Ada <ada@example.com>'],
    ['angle brackets', '<ada@example.com>'],
    ['a comment', 'ada(eve)@example.com'],
    ['a source route', '@evil.example:ada@example.com'],
    ['no local part', '@example.com'],
    ['no domain', 'ada@'],
    ['a domain without a dot', 'ada@localhost'],
    ['an IP address literal', 'ada@[127.0.0.1]'],
    ['a last label of digits', 'ada@127.0.0.1'],
    ['a leading dot', '.ada@example.com'],
    ['two consecutive dots', 'ada..l@example.com'],
    ['a label that ends with a hyphen', 'ada@example-.com'],
    ['a local part of 65 characters', `${'a'.repeat(65)}@example.com`],
    ['an address of 255 characters', `a@${`${'b'.repeat(49)}.`.repeat(5)}com`],
    ['an address of 1 MiB', `${'a'.repeat(2 ** 20)}@example.com`],
    ['a username with a space', 'ada lovelace'],
    ['a username with a slash', 'ada/lovelace'],
    ['a username with a leading dot', '.ada'],
    ['a username of 151 characters', 'a'.repeat(151)],
    ['a lone surrogate', 'ada\ud800'],
  ])('reports "identifier-malformed" for %s', (_, value) => {
    expect(issueOf(identifierSchema, value)).toBe('identifier-malformed')
  })

  it.each([
    ['ada@example.com', 'ada@example.com'],
    ['  Ada.Lovelace+Reset@Mail.Example.co.uk\n', 'ada.lovelace+reset@mail.example.co.uk'],
    [`${'A'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`],
    ["o'neil@example.com", "o'neil@example.com"],
    ['ADA_1', 'ada_1'],
    ['jose\u0301', 'jos\u00e9'],
    ['\u674e\u660e', '\u674e\u660e'],
    ['A'.repeat(150), 'a'.repeat(150)],
  ])('accepts, trims and folds %j', (typed, identifier) => {
    expect(identifierSchema.parse(typed)).toBe(identifier)
  })

  it.each([
    ['an email address', `${'a.'.repeat(30)}a@${'a-'.repeat(90)}!`],
    ['a username', `${'a.'.repeat(74)}!`],
  ])('rejects %s that is built to make a regular expression backtrack, without delay', (_, hostile) => {
    // Catastrophic backtracking takes years. The limit is 10,000 times what these parses take, for slow machines.
    vi.stubGlobal('parseHostile', () => issueOf(identifierSchema, hostile))
    expect(runInThisContext('parseHostile()', { timeout: 10_000 })).toBe('identifier-malformed')
  })
})

afterAll(() => vi.unstubAllGlobals())

describe('newPasswordSchema', () => {
  it('normalizes to NFC and changes nothing else, not even spaces', () => {
    expect(newPasswordSchema.parse(' Cafe\u0301 \u{1f600} ')).toBe(' Caf\u00e9 \u{1f600} ')
  })

  it('limits code points, not bytes or UTF-16 units', () => {
    expect(newPasswordSchema.parse('\u{1f600}'.repeat(128))).toHaveLength(256)
    expect(issueOf(newPasswordSchema, '\u{1f600}'.repeat(129))).toBe('password-too-long')
    expect(issueOf(newPasswordSchema, 'a'.repeat(129))).toBe('password-too-long')
  })

  it('counts after normalizing: an accented letter typed as two code points counts once', () => {
    expect(newPasswordSchema.parse('e\u0301'.repeat(128))).toBe('\u00e9'.repeat(128))
  })

  it.each([[undefined], [null], [''], [['password']], [{}], [12345678]])(
    'reports "password-missing" for %j',
    (value) => {
      expect(issueOf(newPasswordSchema, value)).toBe('password-missing')
    },
  )

  it('reports "password-too-long" for 1 MiB, as currentPasswordSchema does', () => {
    expect(issueOf(newPasswordSchema, 'a'.repeat(2 ** 20))).toBe('password-too-long')
    expect(issueOf(currentPasswordSchema, 'a'.repeat(2 ** 20))).toBe('password-too-long')
  })
})

describe('resetPasswordInput', () => {
  const parse = (password: unknown, confirmPassword: unknown) =>
    resetPasswordInput
      .safeParse({ password, confirmPassword })
      .error?.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`)

  it('reports "passwords-differ" unless both passwords are equal', () => {
    expect(parse('a good passphrase', 'a good passphrasE')).toEqual(['confirmPassword passwords-differ'])
    expect(parse('a good passphrase', 'a good passphrase')).toBeUndefined()
  })

  it('treats the NFC and NFD forms of a password as equal', () => {
    expect(parse('caf\u00e9 cr\u00e8me', 'cafe\u0301 cre\u0300me')).toBeUndefined()
  })

  it('reports which of the two passwords is missing', () => {
    expect(parse('a good passphrase', undefined)).toEqual(['confirmPassword confirmation-missing'])
    expect(parse('', '')).toEqual(
      expect.arrayContaining(['password password-missing', 'confirmPassword confirmation-missing']),
    )
  })
})

describe('codeSchema', () => {
  it.each(['012345', ' 012 345 ', '012-345', '0 1 2 3 4 5', '012\u2013345', '\u00a0012345\n'])(
    'removes the spaces and dashes of a pasted code: %j',
    (typed) => {
      expect(codeSchema.parse(typed)).toBe('012345')
    },
  )

  it.each([
    ['Arabic', '\u0660\u0661\u0662\u0663\u0664\u0665'],
    ['Persian', '\u06f0\u06f1\u06f2\u06f3\u06f4\u06f5'],
    ['full-width', '\uff10\uff11\uff12\uff0d\uff13\uff14\u3000\uff15'],
    ['mixed', '0\u0661\u06f2\uff1345'],
    ['isolated', '\u2066012345\u2069\u200f'],
  ])('reads %s digits as those from 0 to 9', (_, typed) => {
    expect(codeSchema.parse(typed)).toBe('012345')
  })

  it.each([
    ['no value', undefined, 'code-missing'],
    ['only spaces and dashes', ' - ', 'code-missing'],
    ['a number', 12345, 'code-missing'],
    ['an array', ['012345'], 'code-missing'],
    ['letters', '01234O', 'code-not-numeric'],
    ['digits of a script that no catalogue uses', '\u0966\u0967\u0968\u0969\u096a\u096b', 'code-not-numeric'],
    ['superscript digits', '\u2070\u00b9\u00b2\u00b3\u2074\u2075', 'code-not-numeric'],
    ['an exponent', '1e5', 'code-not-numeric'],
    ['1 MiB of digits', '0'.repeat(2 ** 20), 'code-not-numeric'],
  ])('rejects %s', (_, typed, reason) => {
    expect(issueOf(codeSchema, typed)).toBe(reason)
  })
})
