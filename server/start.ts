import { after } from 'next/server'
import { EnvironmentError, env } from './env'
import { installRequestHooks } from './http/request-hooks'
import { log } from './observability/log'
import { startTelemetry } from './observability/opentelemetry'
import { recordRequestMetrics } from './observability/request-metrics'
import { onMailQueued } from './runtime'
import { drainFor, sharedWorker, startMailWorker } from './worker'

/** As long as one response may keep a short-lived process. */
const AFTER_RESPONSE_MS = 20_000

/** What a server process does before its first request. */
export async function startServer(): Promise<void> {
  try {
    env()
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error
    console.error(error.message)
    process.exit(1)
  }
  installRequestHooks()
  const stopTelemetry = await startTelemetry(env())
  if (env().telemetryEndpoint) recordRequestMetrics()
  const stopWorker = startWorking()
  finishBeforeExit(async () => {
    await stopWorker()
    await stopTelemetry()
  })
}

/** Has mail sent as MAIL_WORKER says; gives what ends that. */
function startWorking(): () => Promise<void> {
  switch (env().mailWorker) {
    case 'off':
      return async () => {}
    case 'after-response': {
      const worker = sharedWorker()
      const drain = () =>
        drainFor(worker.mail, AFTER_RESPONSE_MS).catch((error) => log().error({ err: error }, 'mail was left waiting'))
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

/** Next exits as soon as its last request is answered; the mail under way may need a moment more. */
function finishBeforeExit(finish: () => Promise<void>) {
  const exit = process.exit.bind(process)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      const finished = finish().catch(() => {})
      process.exit = ((code) => void finished.then(() => exit(code))) as typeof process.exit
    })
  }
}
