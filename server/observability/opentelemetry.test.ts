import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createMailWorker } from '@/server/mail/worker'
import { composeChangedEmails } from '@/server/recovery/compose-changed-emails'
import { composeResetEmails } from '@/server/recovery/compose-reset-emails'
import { resetPassword } from '@/server/recovery/reset-password'
import { OTHER_PASSWORD } from '@/server/testing/accounts'
import { createTestDatabase } from '@/server/testing/database'
import { tokenIn } from '@/server/testing/emails'
import { createLogCapture } from '@/server/testing/log-capture'
import { APP_URL, createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { startTelemetry } from './opentelemetry'
import { recordRequestMetrics, routesOf } from './request-metrics'
import { holdTelemetry, silent, telemetry } from './telemetry'

const { db } = await createTestDatabase()

afterEach(() => {
  holdTelemetry(silent)
  vi.unstubAllEnvs()
})

/** A collector that keeps all it is told. */
async function startCollector() {
  const told: { path: string; body: string }[] = []
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = []
    for await (const chunk of req) chunks.push(chunk)
    told.push({ path: req.url ?? '', body: Buffer.concat(chunks).toString() })
    res.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => void server.close())
  return { told, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

describe('telemetry', () => {
  it('is silent where no collector is named', async () => {
    const stop = await startTelemetry({ telemetryEndpoint: undefined, telemetryServiceName: 'latchkey' })
    expect(telemetry()).toBe(silent)
    expect(await telemetry().span('x', {}, async () => 7)).toBe(7)
    await stop()
  })

  it('tells a collector of mails, redeems and requests, and of no secret, address or name', async () => {
    const collector = await startCollector()
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', collector.url)
    vi.stubEnv('OTEL_EXPORTER_OTLP_PROTOCOL', 'http/json')
    const stop = await startTelemetry({ telemetryEndpoint: collector.url, telemetryServiceName: 'latchkey-under-test' })

    const fixture = createRecoveryFixture(db)
    const account = await fixture.account({ fullName: 'Unmistakable Name' })
    const count = (what: string) => telemetry().count(`latchkey.${what}`)
    const context = (now: Date) => ({ ...fixture.ctx(), now, appUrl: APP_URL })
    const worker = createMailWorker({
      db,
      transport: fixture.mailbox.transport,
      composers: {
        'password-reset': (batch, now) => composeResetEmails(context(now), batch),
        'password-changed': (batch, now) => composeChangedEmails(context(now), batch),
      },
      log: createLogCapture().log,
      telemetry: telemetry(),
      now: fixture.clock.now,
    })
    telemetry().observe(['latchkey.mail.queued'], async () => [3])
    await fixture.request(account.email, { count })
    await worker.drain()
    const token = tokenIn(fixture.mailbox.to(account.email)[0])

    // A request whose address holds the token, before what would trace it.
    recordRequestMetrics()
    const app = createServer((_, res) => void res.end('ok'))
    await once(app.listen(0, '127.0.0.1'), 'listening')
    await (await fetch(`http://127.0.0.1:${(app.address() as AddressInfo).port}/reset-password?token=${token}`)).text()
    app.close()

    await resetPassword(fixture.ctx({ count }), { secret: { kind: 'link', token }, password: OTHER_PASSWORD })
    await worker.drain()
    await delay(0)
    await stop()

    const all = collector.told.map(({ body }) => body).join('\n')
    expect(new Set(collector.told.map(({ path }) => path))).toEqual(new Set(['/v1/traces', '/v1/metrics']))
    for (const name of [
      'latchkey-under-test',
      'mail batch',
      'latchkey.mail.sent',
      'latchkey.mail.queued',
      'latchkey.requests',
      'latchkey.redeems',
      'http.server.request.duration',
    ]) {
      expect(all).toContain(name)
    }
    for (const secret of [
      token,
      token.slice(0, 20),
      account.email,
      account.username,
      'Unmistakable',
      OTHER_PASSWORD,
      'token=',
    ]) {
      expect(all).not.toContain(secret)
    }
  })

  it('leaves the global tracer empty: Next would trace whole addresses, and Drizzle parameters', async () => {
    const collector = await startCollector()
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', collector.url)
    const stop = await startTelemetry({ telemetryEndpoint: collector.url, telemetryServiceName: 'latchkey' })
    const { trace } = await import('@opentelemetry/api')
    expect(trace.getTracer('next.js').startSpan('x').isRecording()).toBe(false)
    await stop()
  })
})

describe('the route of an address', () => {
  const routeOf = routesOf([
    '/',
    '/reset-password',
    '/reset-password/[uid]/[token]',
    '/reset-password/code/[id]',
    '/api/trpc/[trpc]',
    '/icon.svg',
  ])

  it.each([
    ['/', '/'],
    ['/?token=secret', '/'],
    ['/reset-password/?token=secret', '/reset-password'],
    ['/reset-password/MTIz/secret-token/', '/reset-password/[uid]/[token]'],
    ['/reset-password/code/secret', '/reset-password/code/[id]'],
    ['/api/trpc/recovery.request', '/api/trpc/recovery.request'],
    [`/api/trpc/${'x'.repeat(100)}`, '/api/trpc/[trpc]'],
    ['/api/trpc/a%20b', '/api/trpc/[trpc]'],
    ['/iconxsvg', '*'],
    ['/nowhere/secret', '*'],
  ])('%s is %s', (address, route) => {
    expect(routeOf(address)).toBe(route)
  })
})
