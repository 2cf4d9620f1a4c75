import { expect, test } from '@playwright/test'
import { declareContractTests } from './contract-tests'
import { send } from './http-client'
import { answersAlike } from './indistinguishable-accounts'
import { acceptsNoSecretForAnotherPurpose, spendsEachSecretOnce } from './secrets-across-contracts'

const { contractApp } = declareContractTests('conceal')

test('every kind of account gets the same responses, byte for byte', () => answersAlike(contractApp()))

test('a secret of one contract works once through each contract that accepts its form', () =>
  spendsEachSecretOnce(contractApp()))

test('a secret works for its own purpose and account only', () => acceptsNoSecretForAnotherPurpose(contractApp()))

test('a contract that shares a path with a page has no other path', async () => {
  for (const [method, path] of [
    ['POST', '/shared-path/forgot-password'],
    ['GET', '/shared-path/reset-password?token=x'],
    ['GET', '/shared-path/reset-password/'],
    ['GET', '/shared-path/secure-account?token=x'],
    ['GET', '/shared-path/stop-emails?token=x'],
  ] as const) {
    const { status, headers } = await send(contractApp().url, { method, path })
    expect(status, path).toBe(404)
    expect(headers['set-cookie'], path).toBeUndefined()
  }
  const page = await send(contractApp().url, { method: 'GET', path: '/forgot-password/' })
  expect(page.status).toBe(200)
  expect(page.headers['content-type']).toContain('text/html')
})

test('the link that secures an account leads to the configured origin, whatever host a request names', async () => {
  for (const path of ['/secure-account', '/not-me/']) {
    const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example' }
    const answer = await send(contractApp().url, { method: 'GET', path: `${path}?token=abc_DEF-123`, headers })
    expect([answer.status, answer.headers.location], path).toEqual([307, `${contractApp().url}/secure-account`])
  }
})

test("the framework's own responses carry our security headers and are never a 5xx", async () => {
  for (const [method, path] of [
    ['TRACE', '/'],
    ['PROPFIND', '/sign-in'],
    ['OPTIONS', '/forgot-password'],
    ['GET', '//forgot-password'],
    ['GET', '/%E0%A4%A'],
    ['GET', 'http://evil.example/nowhere'],
    ['DELETE', '/api/trpc/recovery.request'],
    ['GET', '/api/nowhere'],
    ['GET', '/readyz'],
  ] as const) {
    const { status, headers } = await send(contractApp().url, { method, path })
    expect(status, `${method} ${path}`).toBeLessThan(500)
    expect(headers['content-security-policy'], `${method} ${path}`).toContain("frame-ancestors 'none'")
    expect(headers['x-content-type-options'], `${method} ${path}`).toBe('nosniff')
    expect(headers.location ?? '', `${method} ${path}`).not.toContain('evil')
  }
})
