import fc from 'fast-check'
import { expect, it } from 'vitest'
import naughtyStrings from '@/server/testing/naughty-strings.json' with { type: 'json' }
import { codeSchema, currentPasswordSchema, identifierSchema, newPasswordSchema, resetPasswordInput } from './schemas'
import {
  asciiDigits,
  codeError,
  confirmationError,
  currentPasswordError,
  foldCase,
  identifierError,
  newPasswordError,
  plainCode,
} from './typed-input'

type Schema = { safeParse(value: unknown): { error?: { issues: { message: string }[] } | undefined } }

const serverError = (schema: Schema, typed: string) => schema.safeParse(typed).error?.issues[0]?.message ?? null

const typed = fc.oneof(
  fc.constantFrom(...naughtyStrings),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.emailAddress(),
  fc.stringMatching(/^\s?[\p{L}\p{M}\p{N}._+@-]{0,160}\s?$/u),
  fc.stringMatching(/^[0-9 \u2010-]{0,80}$/),
  fc.stringMatching(/^[0-9\u0660-\u0669\u06f0-\u06f9\uff10-\uff19\u200f -]{0,12}$/),
  fc.constantFrom('', ' ', 'a'.repeat(128), '😀'.repeat(128), 'é'.repeat(256), 'e\u0301'.repeat(257), 'x'.repeat(513)),
)

it('a page reports the same error before sending as the server would', () => {
  fc.assert(
    fc.property(typed, (text) => {
      expect(identifierError(text)).toBe(serverError(identifierSchema, text))
      expect(currentPasswordError(text)).toBe(serverError(currentPasswordSchema, text))
      expect(newPasswordError(text)).toBe(serverError(newPasswordSchema, text))
      // The page also refuses a code of another length, which the server counts as a wrong one.
      const code = serverError(codeSchema, text)
      if (code) expect(codeError(text)).toBe(code)
      else expect([null, 'code-not-numeric']).toContain(codeError(text))
    }),
    { numRuns: 2000 },
  )
})

it('a page reports the same error for the second password as the server would', () => {
  const password = 'plum river lantern 42 \u00e9'
  for (const confirmation of ['', 'plum', password, password.normalize('NFD'), password.toUpperCase()]) {
    const issues = resetPasswordInput.safeParse({ password, confirmPassword: confirmation }).error?.issues ?? []
    expect(confirmationError(password, confirmation)).toBe(issues[0]?.message ?? null)
  }
})

it('only six digits can be a code', () => {
  expect(
    ['123456', ' 123\u2011456 ', '12345', '1234567', '12345a', '\u0967\u0968\u0969\u096a\u096b\u096c'].map(codeError),
  ).toEqual([null, null, 'code-not-numeric', 'code-not-numeric', 'code-not-numeric', 'code-not-numeric'])
})

it.each([
  ['Arabic', '\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669'],
  ['Persian', '\u06f0\u06f1\u06f2\u06f3\u06f4\u06f5\u06f6\u06f7\u06f8\u06f9'],
  ['full-width', '\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19'],
])('the ten %s digits are those from 0 to 9', (_, digits) => {
  expect(asciiDigits(digits)).toBe('0123456789')
  expect(codeError(digits.slice(4))).toBeNull()
  expect(plainCode(` ${digits.slice(4, 7)}\u2011\u200f${digits.slice(7)} `)).toBe('456789')
})

it('text beside those digits is left alone', () => {
  const others = 'a\u065f\u066a\u06ef\u06fa\uff0f\uff1a\u0966\u00b2\u2460\u{1d7ce}'
  expect(asciiDigits(others)).toBe(others)
})

it('folds ASCII letters only', () => {
  expect(foldCase('A\u0130\u212a')).toBe('a\u0130\u212a')
})
