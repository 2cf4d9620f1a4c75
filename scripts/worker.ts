import { parseArguments } from './arguments'
import { main } from './cli-error'
import { givenVariables, type Prepared, prepare } from './environment'
import { aborted, shutdownSignal } from './shutdown'

const USAGE = 'npm run worker   sends emails and events, beside servers that run with MAIL_WORKER=off'

parseArguments(USAGE, {})
const shutdown = shutdownSignal()
let prepared: Prepared | undefined
await main(async () => {
  try {
    prepared = await prepare(givenVariables())
    Object.assign(process.env, prepared.variables, { NODE_ENV: 'production' })
    const { startTelemetry } = await import('@/server/observability/opentelemetry')
    const { startMailWorker } = await import('@/server/worker')
    const stopTelemetry = await startTelemetry(prepared.environment)
    const worker = startMailWorker()
    console.log('The mail worker is running')
    await aborted(shutdown)
    await worker.stop()
    await stopTelemetry()
  } finally {
    await prepared?.stop()
  }
})
process.exit(0)
