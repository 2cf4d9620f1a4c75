import { expect, it } from 'vitest'
import { isOwnHost } from './own-host'
import { isLoopback, isRouterState, normalizeTarget } from './request-hooks'

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

it('removes dot segments, as Next.js does after these hooks', () => {
  for (const path of [
    '/x/../a/b',
    '/./a/b',
    '/a/./b',
    '/x/%2e%2E/a/b',
    '/x/.%2e/a/b',
    '/../a/b',
    'http://x.example/x/../a/b',
  ])
    expect(normalizeTarget(`${path}?c=/../d`), path).toBe('/a/b?c=/../d')
  expect(normalizeTarget('/a/..')).toBe('/')
  for (const path of ['/a..b/', '/...', '/.well-known/x', '/a%2e%2eb']) expect(normalizeTarget(path)).toBe(path)
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

it('the demo knows its own names, with any port, and no other', () => {
  const isOwn = (host: string | undefined) => isOwnHost(host, 'http://demo.localhost:3000')
  for (const host of [
    'localhost',
    'localhost:3000',
    'LOCALHOST:1',
    '127.0.0.1:3000',
    '[::1]:3000',
    'demo.localhost:3000',
  ])
    expect(isOwn(host), host).toBe(true)
  const others = ['evil.example', 'localhost.evil.example', 'evil.example:3000', '10.0.0.7', 'localhost@evil.example']
  for (const host of [...others, 'localhost evil', 'a b, [', 'localhost,evil.example', '', undefined])
    expect(isOwn(host), host).toBe(false)
})

it('knows a state of the router that Next.js can read', () => {
  const state = ['', { children: ['sign-in', { children: ['__PAGE__', {}] }] }, null, null, 1]
  expect(isRouterState(encodeURIComponent(JSON.stringify(state.slice(0, 2))))).toBe(true)
  for (const broken of [
    '',
    'nonsense',
    '%',
    '[]',
    '{}',
    'null',
    '%5B%22%22%2C1%5D',
    `["${'x'.repeat(50_000)}",{}]`,
    undefined,
  ])
    expect(isRouterState(broken), broken?.slice(0, 20)).toBe(false)
})
