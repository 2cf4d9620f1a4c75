import { expect, test } from '@playwright/test'
import { answersAlike } from './alike'
import { send } from './client'
import { replayContracts } from './disclosure'
import { spendsEachSecretOnce, takesNoSecretForAnother } from './secrets'

const { world } = replayContracts('conceal')

test('accounts of every kind are answered alike, to the byte', () => answersAlike(world()))

test('a secret of each contract is spent through another where its form allows it, once', () =>
  spendsEachSecretOnce(world()))

test('a secret is good for what it was made for, and for nothing else', () => takesNoSecretForAnother(world()))

test('what a contract has beside a page is reached through the address of the page alone', async () => {
  for (const [method, path] of [
    ['POST', '/shared-path/forgot-password'],
    ['GET', '/shared-path/reset-password?token=x'],
    ['GET', '/shared-path/reset-password/'],
  ] as const) {
    const { status, headers } = await send(world().url, { method, path })
    expect(status, path).toBe(404)
    expect(headers['set-cookie'], path).toBeUndefined()
  }
  const page = await send(world().url, { method: 'GET', path: '/forgot-password/' })
  expect(page.status).toBe(200)
  expect(page.headers['content-type']).toContain('text/html')
})

test("even the server's own answers have a policy, and none is a fault of ours", async () => {
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
    const { status, headers } = await send(world().url, { method, path })
    expect(status, `${method} ${path}`).toBeLessThan(500)
    expect(headers['content-security-policy'], `${method} ${path}`).toContain("frame-ancestors 'none'")
    expect(headers['x-content-type-options'], `${method} ${path}`).toBe('nosniff')
    expect(headers.location ?? '', `${method} ${path}`).not.toContain('evil')
  }
})
