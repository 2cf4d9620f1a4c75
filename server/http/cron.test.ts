import { randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { newRequestId } from '@/server/core/secrets'
import type { Database } from '@/server/db/client'
import { mailOutbox, rateLimits } from '@/server/db/schema'
import { addTestAccount } from '@/server/testing/accounts'
import { createTestDatabase } from '@/server/testing/database'
import { queueEvents } from '@/server/testing/event-fixture'
import { newEventsSecret, startEventReceiver } from '@/server/testing/event-receiver'
import { startFakeResend } from '@/server/testing/fake-resend'
import { APP_URL } from '@/server/testing/recovery-fixture'

const { db, url } = await createTestDatabase()
const SECRET = 'the-secret-of-the-scheduler'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.resetModules()
})

async function load(variables: Record<string, string> = {}) {
  const resend = await startFakeResend({ rateLimit: { calls: 1, perMs: 1000 } })
  onTestFinished(() => resend.close())
  const all = {
    DATABASE_URL: url,
    APP_URL,
    APP_SECRET: 'q7Zr0Xb2Vf5Nw8Kd1Ls4Hj6Gt9Py3Ua0Ce7Mi2Ro',
    RESEND_API_KEY: 're_test',
    RESEND_BASE_URL: resend.url,
    MAIL_FROM: 'accounts@example.com',
    LOG_LEVEL: 'silent',
    CRON_SECRET: SECRET,
    ...variables,
  }
  for (const [name, value] of Object.entries(all)) vi.stubEnv(name, value)
  vi.resetModules()
  const held = globalThis as { __latchkey?: { database?: Database }; __latchkeyWorker?: object }
  delete held.__latchkey
  delete held.__latchkeyWorker
  onTestFinished(async () => void (await held.__latchkey?.database?.$client.end()))
  const { POST } = await import('@/app/api/cron/deliver-mail/route')
  const post = (authorization?: string) =>
    POST(
      new Request(`${APP_URL}/api/cron/deliver-mail`, {
        method: 'POST',
        headers: authorization ? { authorization } : {},
      }),
    )
  return { resend, post }
}

async function queueRequests(count: number) {
  const at = new Date()
  const accounts = []
  for (let n = 0; n < count; n++) accounts.push(await addTestAccount(db))
  await db.insert(mailOutbox).values(
    accounts.map(({ id }) => ({
      id: newRequestId(),
      kind: 'password-reset' as const,
      accountId: id,
      requestId: randomUUID(),
      createdAt: at,
      dueAt: at,
    })),
  )
  return accounts
}

async function startReceiver() {
  const secret = newEventsSecret()
  const receiver = await startEventReceiver({ secret, now: () => new Date() })
  onTestFinished(() => receiver.close())
  return { receiver, variables: { EVENTS_URL: receiver.url, EVENTS_SECRET: secret } }
}

describe('POST /api/cron/deliver-mail', () => {
  it('answers 404 unless CRON_SECRET is set', async () => {
    const { post } = await load({ CRON_SECRET: '' })
    expect((await post('Bearer ')).status).toBe(404)
  })

  it('refuses any other authorization and sends nothing', async () => {
    const { post, resend } = await load()
    await queueRequests(1)
    for (const authorization of [
      undefined,
      '',
      'Bearer',
      'Bearer wrong',
      SECRET,
      `Basic ${SECRET}`,
      `Bearer ${SECRET}x`,
      `Bearer ${SECRET.slice(0, -1)}`,
    ]) {
      expect([authorization, (await post(authorization)).status]).toEqual([authorization, 401])
    }
    expect(resend.calls).toEqual([])
    await db.delete(mailOutbox)
  })

  it('sends the emails that are due, pausing as the provider asks, and removes old rows', async () => {
    const { post, resend } = await load()
    const accounts = await queueRequests(101)
    const longAgo = new Date(Date.now() - 86_400_000)
    await db.insert(rateLimits).values({ bucket: 'long over', count: 1, expiresAt: longAgo })
    const response = await post(`Bearer ${SECRET}`)
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ done: true, pausedMs: 0, removed: { rate_limits: 1 } })
    expect(new Set(resend.accepted.map((mail) => mail.to[0]))).toEqual(
      new Set(accounts.map((account) => account.email)),
    )
    expect(resend.calls.map((call) => call.status)).toEqual([200, 200])
    expect(await db.select().from(mailOutbox).where(eq(mailOutbox.status, 'queued'))).toEqual([])
  })

  it('sends the events that are due', async () => {
    const { receiver, variables } = await startReceiver()
    const { post } = await load(variables)
    const ids = await queueEvents(db, 7, new Date())
    expect((await post(`Bearer ${SECRET}`)).status).toBe(200)
    expect(receiver.calls.map(({ id }) => id).sort()).toEqual(ids.sort())
    expect(receiver.events()).toHaveLength(7)
  })

  it('reports unfinished work when the provider asks for a long pause', async () => {
    const { post, resend } = await load()
    const [account] = await queueRequests(1)
    resend.fail({ kind: 'quota', period: 'daily' })
    const response = await post(`Bearer ${SECRET}`)
    expect(await response.json()).toMatchObject({ done: false })
    expect(resend.emailsTo(account?.email as string)).toEqual([])
  })
})

it('the worker of a process sends emails and events, and stops', async () => {
  const { receiver, variables } = await startReceiver()
  const { resend } = await load(variables)
  const { startMailWorker } = await import('@/server/worker')
  const worker = startMailWorker()
  onTestFinished(() => worker.stop())
  await queueEvents(db, 2, new Date())
  await queueRequests(1)
  worker.wake()
  await vi.waitFor(() => expect([receiver.events().length, resend.accepted.length]).toEqual([2, 1]), 60_000)
})
