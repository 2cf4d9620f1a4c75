import { setTimeout as delay } from 'node:timers/promises'
import type { Attributes as OtelAttributes } from '@opentelemetry/api'
import type { Environment } from '@/server/env'
import { holdTelemetry } from './telemetry'

/** How long the end of a process may wait for a collector. */
const SHUTDOWN_TIMEOUT_MS = 2_000

/**
 * Sends what is watched to OTEL_EXPORTER_OTLP_ENDPOINT, by the SDK that reads all other OTEL_* variables too.
 * Unset, nothing of it is loaded.
 * @returns what sends the last figures, to be called before the process ends.
 */
export async function startTelemetry(
  environment: Pick<Environment, 'telemetryEndpoint' | 'telemetryServiceName'>,
): Promise<() => Promise<void>> {
  if (!environment.telemetryEndpoint) return async () => {}
  const [{ NodeSDK }, api] = await Promise.all([import('@opentelemetry/sdk-node'), import('@opentelemetry/api')])
  const sdk = new NodeSDK({ serviceName: environment.telemetryServiceName, logRecordProcessors: [] })
  sdk.start()
  const tracer = api.trace.getTracer('latchkey')
  const meter = api.metrics.getMeter('latchkey')
  // Next traces every request with its whole address, and links hold tokens: it shall find no tracer.
  api.trace.disable()

  const counters = new Map<string, ReturnType<typeof meter.createCounter>>()
  const histograms = new Map<string, ReturnType<typeof meter.createHistogram>>()
  const kept = <T>(map: Map<string, T>, name: string, make: (name: string) => T): T => {
    const one = map.get(name) ?? make(name)
    map.set(name, one)
    return one
  }
  const start = (name: string, attributes: OtelAttributes, startTime?: number) =>
    tracer.startSpan(name, { attributes, startTime }, api.ROOT_CONTEXT)

  holdTelemetry({
    count(name, by = 1, attributes) {
      kept(counters, name, (name) => meter.createCounter(name)).add(by, attributes)
    },
    took(name, seconds, attributes) {
      kept(histograms, name, (name) => meter.createHistogram(name, { unit: 's' })).record(seconds, attributes)
      start(name, attributes, Date.now() - seconds * 1000).end()
    },
    observe(names, read) {
      const gauges = names.map((name) => meter.createObservableGauge(name))
      meter.addBatchObservableCallback(async (result) => {
        const figures = await read().catch(() => undefined)
        for (const [at, gauge] of gauges.entries()) if (figures) result.observe(gauge, figures[at] as number)
      }, gauges)
    },
    async span(name, attributes, work) {
      const span = start(name, attributes)
      try {
        return await work((more) => span.setAttributes(more))
      } catch (error) {
        span.setStatus({ code: api.SpanStatusCode.ERROR })
        throw error
      } finally {
        span.end()
      }
    },
  })
  return () => Promise.race([sdk.shutdown().catch(() => {}), delay(SHUTDOWN_TIMEOUT_MS)])
}
