import { expect, it } from 'vitest'
import { isPersonal, isSimple, isTooShort } from './password-rules'

const NOBODY = { email: '', username: '', fullName: '' }

it('counts code points', () => {
  expect(isTooShort('😀'.repeat(7), 8)).toBe(true)
  expect(isTooShort('😀'.repeat(8), 8)).toBe(false)
})

it('finds repetitions and sequences, and nothing in an empty text', () => {
  expect(['aaaaaaaa', 'abcabcabc', '12345678', 'HGFEDCBA'].every(isSimple)).toBe(true)
  expect(['', 'a', 'plum river lantern'].some(isSimple)).toBe(false)
})

it('finds the name of the product even if the owner is unknown', () => {
  expect(isPersonal('meridian-2026', NOBODY, 'Meridian Books')).toBe(true)
  expect(isPersonal('latchkey1', NOBODY, undefined)).toBe(true)
  expect(isPersonal('plum river lantern', NOBODY, 'Meridian Books')).toBe(false)
  expect(isPersonal('plum river lantern', NOBODY, '')).toBe(false)
})
