import { expect, it } from 'vitest'
import { isLoopback, normalizeTarget } from './request-hooks'

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

it('knows the addresses that a machine gives itself', () => {
  for (const address of ['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1']) expect(isLoopback(address)).toBe(true)
  for (const address of ['10.0.0.7', '::ffff:10.0.0.7', '127.0.0.1.example.com', '1127.0.0.1', '::', '', undefined])
    expect(isLoopback(address)).toBe(false)
})
