import { expect, it } from 'vitest'
import { estimateStrength } from './estimate-strength'

it('a password that the server refuses as too common is called common, in upper and lower case', () => {
  expect(['password', 'PassWord', 'letmein'].map((password) => estimateStrength(password, []))).toEqual([
    'common',
    'common',
    'common',
  ])
})

it('a longer and less likely password is stronger', () => {
  expect(
    ['walnut77', 'k8S!2pQz', 'lantern-walnut', 'plum river lantern 42'].map((password) =>
      estimateStrength(password, []),
    ),
  ).toEqual(['weak', 'fair', 'good', 'strong'])
})

it('a name that attackers would try first makes a password weaker', () => {
  expect(estimateStrength('quoxinarre7', [])).toBe('strong')
  expect(estimateStrength('quoxinarre7', ['Quoxinarre'])).toBe('weak')
})

it('characters after the 40th are ignored, so that no estimate takes long', () => {
  const password = 'a4@s5$'.repeat(7).slice(0, 40)
  expect(estimateStrength(`${password}${'P@ssw0rd'.repeat(11)}`, [])).toBe(estimateStrength(password, []))
})
