import { after } from 'next/server'
import { brandWarnings } from './brand/warnings'
import { EnvironmentError, env } from './env'
import { installRequestHooks } from './http/request-hooks'
import { log } from './observability/log'
import { startTelemetry } from './observability/opentelemetry'
import { recordRequestMetrics } from './observability/request-metrics'
import { joinParent, reportQueued, reportReady } from './processes/parent'
import { onMailQueued, wakeMailWorker } from './runtime'
import { drainFor, sharedWorker, startMailWorker } from './worker'

/** The longest that emails and events are sent after one response. */
const AFTER_RESPONSE_MS = 20_000

/**
 * Prepares a server process before its first request: checks the environment, starts telemetry and the worker.
 * Ends the process with a message if the environment is invalid.
 */
export async function startServer(): Promise<void> {
  try {
    env()
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error
    console.error(error.message)
    process.exit(1)
  }
  for (const warning of brandWarnings(env())) log().warn(warning)
  installRequestHooks()
  const stopTelemetry = await startTelemetry(env())
  if (env().telemetryEndpoint) recordRequestMetrics()
  const stopWorker = startSending()
  finishBeforeExit(async () => {
    await stopWorker()
    await stopTelemetry()
  })
  reportReady()
}

/**
 * Starts sending emails and events as MAIL_WORKER says; returns the function that stops it. With `on`, only the first of
 * several server processes sends, and the others wake it.
 */
function startSending(): () => Promise<void> {
  const { mailWorker, processNumber } = env()
  if (processNumber) joinParent(wakeMailWorker)
  if (mailWorker === 'on' && processNumber && processNumber > 1) {
    onMailQueued(reportQueued)
    return async () => {}
  }
  switch (mailWorker) {
    case 'off':
      return async () => {}
    case 'after-response': {
      const worker = sharedWorker()
      const drain = () =>
        drainFor(worker, AFTER_RESPONSE_MS).catch((error) =>
          log().error({ err: error }, 'emails or events not sent, will be sent later'),
        )
      onMailQueued(() => after(drain))
      return worker.stop
    }
    case 'on': {
      const worker = startMailWorker()
      onMailQueued(worker.wake)
      return worker.stop
    }
  }
}

/** Next.js exits when its last request is answered. Delay the exit until the current call to the provider ends. */
function finishBeforeExit(finish: () => Promise<void>) {
  const exit = process.exit.bind(process)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      const finished = finish().catch(() => {})
      process.exit = ((code) => void finished.then(() => exit(code))) as typeof process.exit
    })
  }
}
