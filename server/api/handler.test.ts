import { sql } from 'drizzle-orm'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { linkTokenOf, newSeed } from '@/server/core/secrets'
import { mailOutbox } from '@/server/db/schema'
import { PASSWORD, TEST_ACCOUNTS } from '@/server/testing/accounts'
import { API_SECRET, createApiClient, JSON_TYPE, stubApiEnvironment } from '@/server/testing/api-client'
import { createTestDatabase } from '@/server/testing/database'

const { lines } = vi.hoisted(() => ({ lines: [] as string[] }))
vi.mock('@/server/observability/log', async (original) => {
  const real = await original<typeof import('@/server/observability/log')>()
  const log = real.createLog('trace', { write: (line: string) => void lines.push(line) })
  return { ...real, log: () => log }
})

const { db, url } = await createTestDatabase()
stubApiEnvironment(url)

beforeEach(() => db.delete(mailOutbox))

const queued = () => db.$count(mailOutbox)

describe('a batch', () => {
  it.each([
    ['recovery.request,recovery.request?batch=1', { 0: { account: 'a@example.com' }, 1: { account: 'b@example.com' } }],
    ['recovery.request?batch=1', { 0: { account: 'a@example.com' } }],
    ['recovery.request,recovery.request', { account: 'a@example.com' }],
  ])('is refused: %s', async (path, input) => {
    const answer = await createApiClient().send(path, {
      method: 'POST',
      headers: JSON_TYPE,
      body: JSON.stringify(input),
    })
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(await queued()).toBe(0)
  })
})

describe('a request that another website could cause', () => {
  const body = '{"account":"ada@example.com"}'
  it.each([
    ['a form', 415, { 'content-type': 'text/plain' }],
    ['a page of another website', 403, { ...JSON_TYPE, origin: 'https://evil.example' }],
    ['a frame of another website', 403, { ...JSON_TYPE, 'sec-fetch-site': 'cross-site' }],
  ])('is refused: %s', async (_, status, headers) => {
    const answer = await createApiClient().send('recovery.request', { method: 'POST', headers, body })
    expect(answer.status).toBe(status)
    expect(answer.error.data).toMatchObject({ reason: 'input-malformed', httpStatus: status })
    expect(await queued()).toBe(0)
  })

  it('is refused as too large above 16 KiB', async () => {
    const answer = await createApiClient().mutate('recovery.request', { account: 'ada', padding: 'x'.repeat(2 ** 14) })
    expect(answer.status).toBe(413)
    expect(await queued()).toBe(0)
  })

  it('changes nothing if it is a GET or a HEAD', async () => {
    const input = encodeURIComponent(JSON.stringify({ account: 'ada@example.com' }))
    for (const method of ['GET', 'HEAD']) {
      const { status } = await createApiClient().send(`recovery.request?input=${input}`, { method })
      expect([method, status]).not.toEqual([method, 200])
      expect(status).toBeLessThan(500)
    }
    expect(await queued()).toBe(0)
  })
})

describe('every response', () => {
  it('is not cacheable and has its own request id', async () => {
    const client = createApiClient()
    const answers = [
      await client.query('session.current'),
      await client.mutate('recovery.request', { account: 'nobody' }),
      await client.mutate('recovery.request', {}),
      await client.query('no.such.procedure'),
    ]
    for (const { headers } of answers) expect(headers.get('cache-control')).toBe('no-store')
    expect(answers[2]?.error.data.requestId).toBe(answers[2]?.headers.get('x-request-id'))
    expect(new Set(answers.map(({ headers }) => headers.get('x-request-id'))).size).toBe(4)
  })

  it('to a reached limit says how long to wait, in the header and in the error', async () => {
    const client = createApiClient()
    for (let n = 0; n < 60; n++) await client.mutate('recovery.request', { account: 'nobody' })
    const { status, headers, error } = await client.mutate('recovery.request', { account: 'nobody' })
    expect(status).toBe(429)
    expect(error.data).toMatchObject({ reason: 'too-many-requests', httpStatus: 429 })
    expect(headers.get('retry-after')).toBe(String(error.data.retryAfterSeconds))
    expect(error.data.retryAfterSeconds).toBeGreaterThan(600)
  })

  it('to an unknown procedure says only that', async () => {
    const { status, error } = await createApiClient().query('no.such.procedure')
    expect(status).toBe(404)
    expect(error).toEqual({
      code: expect.any(Number),
      message: 'input-malformed',
      data: { code: 'NOT_FOUND', httpStatus: 404, reason: 'input-malformed', requestId: expect.any(String) },
    })
  })

  it('to an internal error hides the error, which the log has under the same request id', async () => {
    const typed = 'somebody.private@example.com'
    const token = linkTokenOf('some other application secret', newSeed())
    const calls = {
      ...(TEST_ACCOUNTS === 'own' && { 'session.signIn': { account: typed, password: PASSWORD } }),
      'recovery.verifyCode': { account: typed, code: '000000' },
      'recovery.resetPassword': { token, password: PASSWORD, confirmPassword: PASSWORD },
    }
    await db.execute(sql`alter view latchkey.accounts rename column password_hash to password_hash_gone`)
    for (const [procedure, input] of Object.entries(calls)) {
      lines.length = 0
      const { status, text, error } = await createApiClient().mutate(procedure, input)
      expect(status).toBe(500)
      expect(error).toEqual({
        code: expect.any(Number),
        message: 'internal',
        data: { code: 'INTERNAL_SERVER_ERROR', httpStatus: 500, reason: 'internal', requestId: expect.any(String) },
      })
      expect(text).not.toMatch(/password_hash|select|accounts|\.ts/)
      const log = lines.join('')
      expect(log).toContain(error.data.requestId)
      expect(log).toContain('password_hash')
      for (const hidden of [typed, token, PASSWORD, API_SECRET]) expect(log).not.toContain(hidden)
    }
    await db.execute(sql`alter view latchkey.accounts rename column password_hash_gone to password_hash`)
  })
})

it("counts requests by the socket's address, so that a forged X-Forwarded-For gives no new budget", async () => {
  const client = createApiClient()
  for (let n = 0; n < 60; n++) {
    await client.send('recovery.request', {
      method: 'POST',
      headers: { ...JSON_TYPE, 'x-forwarded-for': `203.0.113.${n}` },
      body: '{"account":"nobody"}',
    })
  }
  expect((await client.mutate('recovery.request', { account: 'nobody' })).status).toBe(429)
})
