import fc from 'fast-check'
import { expect, it } from 'vitest'
import naughtyStrings from '@/server/testing/naughty-strings.json' with { type: 'json' }
import { codeSchema, currentPasswordSchema, identifierSchema, newPasswordSchema, resetPasswordInput } from './schemas'
import {
  codeError,
  confirmationError,
  currentPasswordError,
  foldCase,
  identifierError,
  newPasswordError,
} from './typed-input'

type Schema = { safeParse(value: unknown): { error?: { issues: { message: string }[] } | undefined } }

const serverError = (schema: Schema, typed: string) => schema.safeParse(typed).error?.issues[0]?.message ?? null

const typed = fc.oneof(
  fc.constantFrom(...naughtyStrings),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.emailAddress(),
  fc.stringMatching(/^\s?[\p{L}\p{M}\p{N}._+@-]{0,160}\s?$/u),
  fc.stringMatching(/^[0-9 \u2010-]{0,80}$/),
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
    ['123456', ' 123\u2011456 ', '12345', '1234567', '12345a', '\u0661\u0662\u0663\u0664\u0665\u0666'].map(codeError),
  ).toEqual([null, null, 'code-not-numeric', 'code-not-numeric', 'code-not-numeric', 'code-not-numeric'])
})

it('folds ASCII letters only', () => {
  expect(foldCase('A\u0130\u212a')).toBe('a\u0130\u212a')
})
