import { describe, expect, it } from 'vitest'
import { currentPasswordSchema, identifierSchema, newPasswordSchema, resetPasswordInput } from './schemas'

const faultOf = (
  schema: { safeParse(value: unknown): { success: boolean; error?: { issues: { message: string }[] } } },
  value: unknown,
) => schema.safeParse(value).error?.issues[0]?.message

describe('an identifier', () => {
  it.each([
    ['missing', undefined],
    ['null', null],
    ['an array of one', ['ada@example.com']],
    ['an array of two', ['ada@example.com', 'eve@example.com']],
    ['an object', { email: 'ada@example.com' }],
    ['a number', 7],
    ['empty', ''],
    ['blank', ' \t\n '],
  ])('is refused as missing when it is %s', (_, value) => {
    expect(faultOf(identifierSchema, value)).toBe('identifier-missing')
  })

  it.each([
    ['two addresses', 'ada@example.com,eve@example.com'],
    ['two addresses and a space', 'ada@example.com eve@example.com'],
    ['two addresses and a semicolon', 'ada@example.com;eve@example.com'],
    ['two @', 'ada@example.com@example.com'],
    ['a header after CRLF', 'ada@example.com\r\nBcc: eve@example.com'],
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
    ['an address literal', 'ada@[127.0.0.1]'],
    ['a number as its last label', 'ada@127.0.0.1'],
    ['a dot in front', '.ada@example.com'],
    ['two dots', 'ada..l@example.com'],
    ['a hyphen before a dot', 'ada@example-.com'],
    ['a local part of 65', `${'a'.repeat(65)}@example.com`],
    ['255 characters', `a@${`${'b'.repeat(49)}.`.repeat(5)}com`],
    ['a mebibyte', `${'a'.repeat(2 ** 20)}@example.com`],
    ['a space within', 'ada lovelace'],
    ['a slash', 'ada/lovelace'],
    ['a dot alone in front', '.ada'],
    ['151 characters', 'a'.repeat(151)],
    ['a lone surrogate', 'ada\ud800'],
  ])('is refused as malformed with %s', (_, value) => {
    expect(faultOf(identifierSchema, value)).toBe('identifier-malformed')
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
  ])('is taken as people write it: %j', (typed, identifier) => {
    expect(identifierSchema.parse(typed)).toBe(identifier)
  })

  it('refuses a hostile one as fast as any other', () => {
    const hostile = `${'a.'.repeat(120)}@${'a-'.repeat(100)}!`
    const started = performance.now()
    for (let n = 0; n < 100; n++) identifierSchema.safeParse(hostile)
    expect(performance.now() - started).toBeLessThan(1000)
  })
})

describe('a new password', () => {
  it('is brought to NFC, and otherwise left as it is', () => {
    expect(newPasswordSchema.parse(' Cafe\u0301 \u{1f600} ')).toBe(' Caf\u00e9 \u{1f600} ')
  })

  it('is bounded by code points, not bytes or UTF-16 units', () => {
    expect(newPasswordSchema.parse('\u{1f600}'.repeat(128))).toHaveLength(256)
    expect(faultOf(newPasswordSchema, '\u{1f600}'.repeat(129))).toBe('password-too-long')
    expect(faultOf(newPasswordSchema, 'a'.repeat(129))).toBe('password-too-long')
  })

  it('is counted as NFC: 128 accented letters typed in two keystrokes each are 128', () => {
    expect(newPasswordSchema.parse('e\u0301'.repeat(128))).toBe('\u00e9'.repeat(128))
  })

  it.each([[undefined], [null], [''], [['password']], [{}], [12345678]])(
    'is refused as missing when it is %j',
    (value) => {
      expect(faultOf(newPasswordSchema, value)).toBe('password-missing')
    },
  )

  it('is refused before anything reads it when it is a mebibyte', () => {
    expect(faultOf(newPasswordSchema, 'a'.repeat(2 ** 20))).toBe('password-too-long')
    expect(faultOf(currentPasswordSchema, 'a'.repeat(2 ** 20))).toBe('password-too-long')
  })
})

describe('the two passwords of a reset', () => {
  const parse = (password: unknown, confirmPassword: unknown) =>
    resetPasswordInput
      .safeParse({ password, confirmPassword })
      .error?.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`)

  it('must be the same', () => {
    expect(parse('a good passphrase', 'a good passphrasE')).toEqual(['confirmPassword passwords-differ'])
    expect(parse('a good passphrase', 'a good passphrase')).toBeUndefined()
  })

  it('are the same in NFC and NFD', () => {
    expect(parse('caf\u00e9 cr\u00e8me', 'cafe\u0301 cre\u0300me')).toBeUndefined()
  })

  it('are told apart by what is missing', () => {
    expect(parse('a good passphrase', undefined)).toEqual(['confirmPassword confirmation-missing'])
    expect(parse('', '')).toEqual(
      expect.arrayContaining(['password password-missing', 'confirmPassword confirmation-missing']),
    )
  })
})
