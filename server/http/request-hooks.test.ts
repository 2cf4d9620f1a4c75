import { expect, it } from 'vitest'
import { normalizeTarget } from './request-hooks'

it('leaves a target in origin form unchanged', () => {
  for (const target of ['/', '/a/b/', '/a?b=c?d', '/a%20b/%2F', '/a?b=%E0%A4%A', '/a?b=http://c', '//a', '/x']) {
    expect(normalizeTarget(target)).toBe(target)
  }
})

it('reduces an absolute target to its path and query', () => {
  expect(normalizeTarget('http://evil.example/reset-password?token=x')).toBe('/reset-password?token=x')
  expect(normalizeTarget('HTTPS://evil.example:8443/a')).toBe('/a')
  expect(normalizeTarget('http://evil.example')).toBe('/')
  expect(normalizeTarget('http://evil.example?x=/y')).toBe('/?x=/y')
})

it('escapes a percent sign that starts no escape', () => {
  expect(normalizeTarget('/a/%E0%A4%A/b?c=%')).toBe('/a/%25E0%25A4%25A/b?c=%')
  expect(normalizeTarget('/%')).toBe('/%25')
  expect(normalizeTarget('/%ff')).toBe('/%25ff')
})
