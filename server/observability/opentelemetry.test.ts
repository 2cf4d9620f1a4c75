import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { resetPassword } from '@/server/recovery/reset-password'
import { OTHER_PASSWORD } from '@/server/testing/accounts'
import { createTestDatabase } from '@/server/testing/database'
import { tokenIn } from '@/server/testing/emails'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { startTelemetry } from './opentelemetry'
import { recordRequestMetrics } from './request-metrics'
import { setTelemetry, silent, telemetry } from './telemetry'

const { db } = await createTestDatabase()
const LONG_SHUTDOWN = { shutdownTimeoutMs: 60_000 }

vi.setConfig({ testTimeout: 120_000 })
afterEach(() => {
  setTelemetry(silent)
  vi.unstubAllEnvs()
})

/** A collector that keeps every request it receives. */
async function startCollector() {
  const received: { path: string; body: string }[] = []
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = []
    for await (const chunk of req) chunks.push(chunk)
    received.push({ path: req.url ?? '', body: Buffer.concat(chunks).toString() })
    res.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => void server.close())
  return { received, url: urlOf(server) }
}

const urlOf = (server: ReturnType<typeof createServer>) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`

/** Sends a request for this address to a server of this process, and waits until the response is recorded. */
async function requestOnce(pathAndQuery: string) {
  const finished = Promise.withResolvers<void>()
  const server = createServer((_, res) => void res.end('ok', () => finished.resolve()))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  await (await fetch(`${urlOf(server)}${pathAndQuery}`)).text()
  await finished.promise
  server.close()
}

describe('telemetry', () => {
  it('is silent when no collector is configured', async () => {
    const stop = await startTelemetry({ telemetryEndpoint: undefined, telemetryServiceName: 'latchkey' })
    expect(telemetry()).toBe(silent)
    expect(await telemetry().span('x', {}, async () => 7)).toBe(7)
    await stop()
  })

  it('exports emails, redeems and requests, but no secret, address or name', async () => {
    const collector = await startCollector()
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', collector.url)
    vi.stubEnv('OTEL_EXPORTER_OTLP_PROTOCOL', 'http/json')
    const environment = { telemetryEndpoint: collector.url, telemetryServiceName: 'latchkey-under-test' }
    const stop = await startTelemetry(environment, LONG_SHUTDOWN)

    const fixture = createRecoveryFixture(db)
    const account = await fixture.account({ fullName: 'Unmistakable Name' })
    const count = (what: string) => telemetry().count(`latchkey.${what}`)
    const worker = fixture.worker(fixture.mailbox.transport, { telemetry: telemetry() })
    telemetry().observe(['latchkey.mail.queued'], async () => [3])
    await fixture.request(account.email, { count })
    await worker.drain()
    const token = tokenIn(fixture.mailbox.to(account.email)[0])
    recordRequestMetrics()
    await requestOnce(`/reset-password?token=${token}`)
    await resetPassword(fixture.ctx({ count }), { secret: { kind: 'link', token }, password: OTHER_PASSWORD })
    await worker.drain()
    await stop()

    const exported = collector.received.map(({ body }) => body).join('\n')
    expect(new Set(collector.received.map(({ path }) => path))).toEqual(new Set(['/v1/traces', '/v1/metrics']))
    for (const name of [
      'latchkey-under-test',
      'mail batch',
      'latchkey.mail.sent',
      'latchkey.mail.queued',
      'latchkey.requests',
      'latchkey.redeems',
      'http.server.request.duration',
    ]) {
      expect(exported).toContain(name)
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
      expect(exported).not.toContain(secret)
    }
  })

  it('leaves the global tracer empty, because Next.js would trace full addresses and Drizzle parameters', async () => {
    const collector = await startCollector()
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', collector.url)
    const environment = { telemetryEndpoint: collector.url, telemetryServiceName: 'latchkey' }
    const stop = await startTelemetry(environment, LONG_SHUTDOWN)
    const { trace } = await import('@opentelemetry/api')
    expect(trace.getTracer('next.js').startSpan('x').isRecording()).toBe(false)
    await stop()
  })
})
