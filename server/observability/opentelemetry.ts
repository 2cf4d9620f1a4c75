import { setTimeout as sleep } from 'node:timers/promises'
import type { Attributes as OtelAttributes } from '@opentelemetry/api'
import type { Environment } from '@/server/env'
import { setTelemetry } from './telemetry'

/** The longest that a process waits for the collector before it ends. */
const SHUTDOWN_TIMEOUT_MS = 2_000

/**
 * Exports telemetry to OTEL_EXPORTER_OTLP_ENDPOINT. The SDK reads all other OTEL_* variables itself. Without an
 * endpoint, the SDK is not loaded.
 * @returns a function that sends what is left, to be called before the process ends.
 */
export async function startTelemetry(
  environment: Pick<Environment, 'telemetryEndpoint' | 'telemetryServiceName'>,
  { shutdownTimeoutMs = SHUTDOWN_TIMEOUT_MS } = {},
): Promise<() => Promise<void>> {
  if (!environment.telemetryEndpoint) return async () => {}
  const [{ NodeSDK }, api] = await Promise.all([import('@opentelemetry/sdk-node'), import('@opentelemetry/api')])
  const sdk = new NodeSDK({ serviceName: environment.telemetryServiceName, logRecordProcessors: [] })
  sdk.start()
  const tracer = api.trace.getTracer('latchkey')
  const meter = api.metrics.getMeter('latchkey')
  // Next.js would trace every request with its full address, and links contain tokens. Give it no tracer.
  api.trace.disable()

  const counters = new Map<string, ReturnType<typeof meter.createCounter>>()
  const histograms = new Map<string, ReturnType<typeof meter.createHistogram>>()
  const getOrCreate = <T>(map: Map<string, T>, name: string, make: (name: string) => T): T => {
    const instrument = map.get(name) ?? make(name)
    map.set(name, instrument)
    return instrument
  }
  const start = (name: string, attributes: OtelAttributes, startTime?: number) =>
    tracer.startSpan(name, { attributes, startTime }, api.ROOT_CONTEXT)

  setTelemetry({
    count(name, by = 1, attributes) {
      getOrCreate(counters, name, (name) => meter.createCounter(name)).add(by, attributes)
    },
    recordDuration(name, seconds, attributes) {
      getOrCreate(histograms, name, (name) => meter.createHistogram(name, { unit: 's' })).record(seconds, attributes)
      start(name, attributes, Date.now() - seconds * 1000).end()
    },
    observe(names, read) {
      const gauges = names.map((name) => meter.createObservableGauge(name))
      meter.addBatchObservableCallback(async (result) => {
        const values = await read().catch(() => undefined)
        for (const [at, gauge] of gauges.entries()) if (values) result.observe(gauge, values[at] as number)
      }, gauges)
    },
    async span(name, attributes, work) {
      const span = start(name, attributes)
      try {
        return await work((attributes) => span.setAttributes(attributes))
      } catch (error) {
        span.setStatus({ code: api.SpanStatusCode.ERROR })
        throw error
      } finally {
        span.end()
      }
    },
  })
  return () => Promise.race([sdk.shutdown().catch(() => {}), sleep(shutdownTimeoutMs, undefined, { ref: false })])
}
