import { asked, endOfScript } from './ending'
import { givenVariables, type Prepared, prepare } from './environment'
import { main } from './problem'

// The mail worker as a process of its own, beside servers that run with MAIL_WORKER=off.
const ending = endOfScript()
let prepared: Prepared | undefined
await main(async () => {
  try {
    prepared = await prepare(givenVariables())
    Object.assign(process.env, prepared.variables, { NODE_ENV: 'production' })
    const { startTelemetry } = await import('@/server/start-telemetry')
    const { startMailWorker } = await import('@/server/worker')
    const stopTelemetry = await startTelemetry(prepared.environment)
    const worker = startMailWorker()
    console.log('The mail worker runs')
    await asked(ending)
    await worker.stop()
    await stopTelemetry()
  } finally {
    await prepared?.stop()
  }
})
process.exit(0)
