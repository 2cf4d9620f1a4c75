import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { expect, test } from '@playwright/test'

test('the image optimizer is off', async ({ request, baseURL }) => {
  const image = await request.get(`${baseURL}/_next/image?url=%2Favatar.svg&w=64&q=75`)
  expect(image.status()).toBe(404)
})

test('malformed requests get a 4xx that reveals nothing about the server', async ({ request, baseURL }) => {
  const call = (name: string, body: string, headers: Record<string, string> = {}) =>
    request.post(`${baseURL}/api/trpc/${name}`, {
      data: Buffer.from(body),
      headers: { 'content-type': 'application/json', ...headers },
    })
  const bodies = [
    '',
    '{',
    'null',
    '[]',
    '"john"',
    '{"account":null}',
    '{"account":["john@example.com","eve@example.com"]}',
    '{"account":{"toString":"john@example.com"}}',
    '{"account":"john@example.com\\r\\nBcc: eve@example.com"}',
    '{"account":"john@example.com\\u0000"}',
    '{"account":"\\ud800@example.com"}',
    '{"__proto__":{"account":"john@example.com"}}',
  ]
  for (const body of bodies) {
    const answer = await call('recovery.request', body)
    expect([400, 404], body).toContain(answer.status())
    expect(await answer.text()).not.toMatch(/stack|node_modules|\bat\s.+:\d+|select |insert /i)
  }
  expect((await call('recovery.request', `{"account":"${'x'.repeat(20_000)}"}`)).status()).toBe(413)
  expect((await call('recovery.request', 'account=john', { 'content-type': 'text/plain' })).status()).toBe(415)
  expect((await call('recovery.request', '{"account":"john"}', { origin: 'https://evil.example' })).status()).toBe(403)
  expect((await call('recovery.request', '{"account":"john"}', { 'sec-fetch-site': 'cross-site' })).status()).toBe(403)
  expect((await request.get(`${baseURL}/api/trpc/recovery.request`)).status()).toBe(405)
  expect((await call('recovery.nothing', '{}')).status()).toBe(404)
  expect((await call('recovery.resetPassword', '{"token":"x","password":"y","confirmPassword":"z"}')).status()).toBe(
    400,
  )
  for (const token of ['', 'null', '%00', '%2525', 'a'.repeat(5000), '../../etc', '😀']) {
    const answer = await request.get(`${baseURL}/api/accounts/forgot_password?token=${token}`, { maxRedirects: 0 })
    expect(answer.status(), token).toBe(400)
  }
})

test('a request to upgrade the protocol is answered as a plain request, and its socket closes', async ({ baseURL }) => {
  const { hostname, port } = new URL(baseURL as string)
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(port), hostname)
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('end', () => resolve(text)).on('error', reject)
    socket.write('GET /nope HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n')
  })
  expect(answer).toMatch(/^HTTP\/1\.1 404 /)
  expect(answer).toMatch(/content-security-policy/i)
})

test('a range outside a static file is not a server error', async ({ request }) => {
  const answer = await request.get('/avatar.svg', { headers: { range: 'bytes=99999-', 'if-match': '"x"' } })
  expect(answer.status()).toBe(200)
})

test('the well-known addresses: a change of password redirects, and the rest is not found', async ({
  request,
  baseURL,
}) => {
  const open = (path: string) => request.get(`${baseURL}/.well-known/${path}`, { maxRedirects: 0 })
  expect((await open('change-password')).headers().location).toContain('/forgot-password')
  // This server has no SECURITY_CONTACT.
  expect((await open('security.txt')).status()).toBe(404)
  expect((await open('resource-that-should-not-exist-whose-status-code-should-not-be-200')).status()).toBe(404)
})

test('the demo answers this machine only', async ({ baseURL }) => {
  const { port } = new URL(baseURL ?? '')
  const answers = (host: string) =>
    fetch(`http://${host}:${port}/healthz`).then(
      (answer) => answer.status,
      () => 'no answer',
    )
  expect(await answers('127.0.0.1')).toBe(200)
  // Through its address in a network, this machine looks like any other.
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? [])
  const outside = addresses.filter(({ internal, family }) => !internal && family === 'IPv4')
  for (const { address } of outside) expect(await answers(address)).toBe('no answer')
})
