import { randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { mailEvents } from '@/server/db/schema'
import { createTestDatabase } from '@/server/testing/database'
import { newWebhookSecret } from '@/server/testing/fake-resend-webhook'
import { APP_URL } from '@/server/testing/recovery-fixture'
import { createResendEventFixture, resendEvent, signedRequest, WEBHOOK_SECRET } from '@/server/testing/resend-events'

const { db, url } = await createTestDatabase()

describe('a webhook request', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }))
  afterEach(() => void vi.useRealTimers())

  it.each([
    ['without a signature', () => new Request(APP_URL, { method: 'POST', body: resendEvent('bounced', 'x') })],
    ['with another secret', (body: string) => signedRequest(body, { secret: newWebhookSecret() })],
    ['with one byte more than was signed', (body: string) => signedRequest(`${body} `, { signedBody: body })],
    [
      'with one byte changed',
      (body: string) => signedRequest(body.replace('bounced', 'bouncee'), { signedBody: body }),
    ],
    ['older than five minutes', (body: string) => signedRequest(body, { at: new Date(Date.now() - 301_000) })],
    [
      'more than five minutes in the future',
      (body: string) => signedRequest(body, { at: new Date(Date.now() + 301_000) }),
    ],
    ['that is not JSON', () => signedRequest('{')],
  ])('%s is refused and changes nothing', async (_, make) => {
    const { receive, row, providerId } = await createResendEventFixture(db)
    expect((await receive(make(resendEvent('bounced', providerId)))).status).toBe(400)
    expect((await row()).status).toBe('sent')
    expect(await db.select().from(mailEvents).where(eq(mailEvents.providerId, providerId))).toEqual([])
  })

  it('with another id than was signed is refused', async () => {
    const { receive, row, providerId } = await createResendEventFixture(db)
    const signed = signedRequest(resendEvent('bounced', providerId))
    const headers = new Headers(signed.headers)
    headers.set('svix-id', 'msg_another')
    expect((await receive(new Request(signed, { headers }))).status).toBe(400)
    expect((await row()).status).toBe('sent')
  })

  it('of more than 16 KiB is refused unread', async () => {
    const { receive, providerId } = await createResendEventFixture(db)
    expect(
      (await receive(signedRequest(resendEvent('bounced', providerId, { more: 'x'.repeat(17_000) })))).status,
    ).toBe(413)
  })

  it.each([240_000, 300_000])('signed %d ms ago is accepted', async (age) => {
    const { receive, row, providerId } = await createResendEventFixture(db)
    const late = signedRequest(resendEvent('delivered', providerId), { at: new Date(Date.now() - age) })
    expect((await receive(late)).status).toBe(200)
    expect((await row()).status).toBe('delivered')
  })

  it.each([
    ['of a kind that is not used here', (id: string) => resendEvent('opened', id)],
    ['about an unknown email', () => resendEvent('bounced', randomUUID())],
    ['without an email id', () => JSON.stringify({ type: 'email.bounced', data: {} })],
    ['that is null', () => 'null'],
  ])('%s is accepted and changes nothing', async (_, body) => {
    const { receive, row, providerId } = await createResendEventFixture(db)
    expect((await receive(signedRequest(body(providerId)))).status).toBe(200)
    expect((await row()).status).toBe('sent')
  })
})

describe('the route', () => {
  afterEach(() => {
    vi.unstubAllEnvs()
    vi.resetModules()
  })
  const load = async (variables: Record<string, string>) => {
    const all = {
      EMBEDDED_DATABASE: '1',
      DATABASE_URL: url,
      APP_SECRET: 'q7Zr0Xb2Vf5Nw8Kd1Ls4Hj6Gt9Py3Ua0Ce7Mi2Ro',
      LOG_LEVEL: 'silent',
      ...variables,
    }
    for (const [name, value] of Object.entries(all)) vi.stubEnv(name, value)
    vi.resetModules()
    return (await import('@/app/api/webhooks/resend/route')).POST
  }

  it('answers 404 unless RESEND_WEBHOOK_SECRET is set', async () => {
    const post = await load({ RESEND_WEBHOOK_SECRET: '' })
    expect((await post(signedRequest(resendEvent('delivered', 'x')))).status).toBe(404)
  })

  it('accepts what that secret has signed', async () => {
    const post = await load({ RESEND_WEBHOOK_SECRET: WEBHOOK_SECRET })
    const { providerId, row } = await createResendEventFixture(db)
    expect((await post(signedRequest(resendEvent('delivered', providerId)))).status).toBe(200)
    expect((await row()).status).toBe('delivered')
  })
})
