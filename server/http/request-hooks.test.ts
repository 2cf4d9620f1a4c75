import { expect, it } from 'vitest'
import { plainTarget } from './request-hooks'

it('leaves a plain target as it is', () => {
  for (const target of [
    '/',
    '/a/b/',
    '/a?b=c?d',
    '/a%20b/%2F',
    '/a?b=%E0%A4%A',
    '/a?b=http://c',
    '//a',
    '*'.replace('*', '/x'),
  ]) {
    expect(plainTarget(target)).toBe(target)
  }
})

it('takes the path out of an absolute target', () => {
  expect(plainTarget('http://evil.example/reset-password?token=x')).toBe('/reset-password?token=x')
  expect(plainTarget('HTTPS://evil.example:8443/a')).toBe('/a')
  expect(plainTarget('http://evil.example')).toBe('/')
  expect(plainTarget('http://evil.example?x=/y')).toBe('/?x=/y')
})

it('reads a percent sign that encodes nothing as itself', () => {
  expect(plainTarget('/a/%E0%A4%A/b?c=%')).toBe('/a/%25E0%25A4%25A/b?c=%')
  expect(plainTarget('/%')).toBe('/%25')
  expect(plainTarget('/%ff')).toBe('/%25ff')
})
