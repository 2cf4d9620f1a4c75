import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, expect, it, vi } from 'vitest'
import { readEnvironment } from '@/server/env'
import { checkMail } from './check-mail'
import { lineOf } from './finding'

/** Two pages of domains, as Resend lists them: the second is asked for with the id of the last domain of the first. */
const PAGES: Record<string, { has_more: boolean; data: { id: string; name: string; status: string }[] }> = {
  '': { has_more: true, data: [{ id: '1', name: 'example.com', status: 'verified' }] },
  '1': {
    has_more: false,
    data: [
      { id: '2', name: 'accounts.example.org', status: 'verified' },
      { id: '3', name: 'pending.example.com', status: 'pending' },
    ],
  },
}

const server = createServer((request, response) => {
  const after = new URL(request.url ?? '', 'http://localhost').searchParams.get('after') ?? ''
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ object: 'list', ...PAGES[after] }))
})
await once(server.listen(0, '127.0.0.1'), 'listening')
afterAll(() => void server.close())
afterEach(() => vi.unstubAllEnvs())

it.each([
  ['example.com', /^✓ .*example\.com is verified/],
  ['accounts.example.org', /^✓ .*accounts\.example\.org is verified/],
  ['pending.example.com', /^✗ .*pending\.example\.com, is pending at Resend/],
  ['mail.example.com', /^✗ .*mail\.example\.com, is not known to Resend\. .*subdomain/],
  ['example.org', /^✗ .*example\.org, is not known to Resend/],
])('the domain of the sender must be verified itself: %s', async (domain, line) => {
  vi.stubEnv('RESEND_BASE_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const environment = readEnvironment({
    EMBEDDED_DATABASE: '1',
    DATABASE_URL: 'postgres://127.0.0.1',
    APP_SECRET: 'q7Zr0Xb2Vf5Nw8Kd1Ls4Hj6Gt9Py3Ua0Ce7Mi2Ro',
    RESEND_API_KEY: 're_123456789',
    MAIL_FROM: `Example <accounts@${domain}>`,
  })
  const [first] = await checkMail(environment)
  expect(first && lineOf(first)).toMatch(line)
})
