import { expect, test } from '@playwright/test'
import { startTestApp, type TestApp } from '@/server/testing/app'
import { allProcessesReady } from './all-processes-ready'
import { send } from './contracts/http-client'

// A demo of its own, whose log is read.
let app: TestApp
let printed = ''
test.describe.configure({ mode: 'default' })
test.beforeAll(async () => {
  app = await startTestApp({ LOG_LEVEL: 'info' }, (chunk) => {
    printed += chunk
  })
  await allProcessesReady(() => printed)
})
test.afterAll(() => app?.stop())

test('the demo answers requests for its own address only, so that no other name can be pointed at it', async () => {
  const port = new URL(app.url).port
  for (const host of ['evil.example', `evil.example:${port}`, 'localhost.evil.example', 'a b, [', '10.0.0.7']) {
    for (const [method, path] of [
      ['GET', '/dev/mailbox'],
      ['GET', '/dev/mailbox/messages.json'],
      ['POST', '/api/trpc/recovery.request'],
      ['GET', '/avatar.svg'],
      ['HEAD', '/'],
    ] as const) {
      const { status, text, headers } = await send(app.url, { method, path, headers: { host } })
      expect(
        [status, method === 'HEAD' || text.startsWith('This demo answers requests for')],
        `${host} ${path}`,
      ).toEqual([421, true])
      expect(headers['content-security-policy']).toContain("default-src 'none'")
    }
  }
  for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`, 'localhost']) {
    expect((await send(app.url, { method: 'GET', path: '/sign-in', headers: { host } })).status, host).toBe(200)
  }
})

const ACTION = 'a'.repeat(42)
const part = (name: string) => `--x\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n\r\n--x--\r\n`
const MULTIPART = { 'content-type': 'multipart/form-data; boundary=x' }

test('headers and bodies that only the framework reads give no 5xx, and nothing in the log', async () => {
  printed = ''
  for (const [method, path, headers, body] of [
    ['POST', '/sign-in', { 'next-action': ACTION }, '[]'],
    ['POST', '/sign-in', { 'next-action': 'x', 'content-type': 'text/plain;charset=UTF-8' }, '[]'],
    ['POST', '/', { 'next-action': ACTION, 'x-action-forwarded': '1', origin: 'https://evil.example' }, '[]'],
    ['POST', '/nowhere', { 'next-action': ACTION }, '[]'],
    ['POST', '/sign-in', { 'next-action': ACTION, ...MULTIPART }, part('0')],
    ['POST', '/sign-in', MULTIPART, part(`$ACTION_ID_${ACTION}`)],
    ['POST', '/reset-password', MULTIPART, part('$ACTION_REF_1')],
    ['POST', '/account', { 'content-type': 'multipart/form-data' }, 'nonsense'],
    ['POST', '/sign-in', { 'content-type': 'application/x-www-form-urlencoded' }, 'a=b'],
    ['GET', '/sign-in', { rsc: '1', 'next-router-state-tree': 'nonsense' }, undefined],
    ['GET', '/sign-in', { rsc: '1', 'next-router-state-tree': '%' }, undefined],
    ['GET', '/sign-in', { rsc: '1', 'next-router-state-tree': '[]' }, undefined],
    ['GET', '/sign-in', { rsc: '1', 'next-router-prefetch': '2', 'next-url': 'http://[' }, undefined],
    ['GET', '/sign-in', { 'x-forwarded-host': '[', 'x-forwarded-proto': 'x y', 'x-forwarded-port': 'z' }, undefined],
    ['GET', '/account', { cookie: 'latchkey-session=%E0%A4%A; __prerender_bypass=x' }, undefined],
  ] as const) {
    const answer = await send(app.url, { method, path, headers, body })
    const name = `${method} ${path} ${JSON.stringify(headers)}`
    expect(answer.status, name).toBeLessThan(500)
    // A request of the router is sent on to an address with a checksum of its headers.
    const { location } = answer.headers
    if (!('rsc' in headers) || !location) continue
    expect((await send(app.url, { method, path: location.replace(app.url, ''), headers, body })).status, name).toBe(200)
  }
  // What the last request causes would be printed before the answer to the next one.
  expect((await send(app.url, { method: 'GET', path: '/healthz' })).status).toBe(200)
  expect(printed).toBe('')
})
