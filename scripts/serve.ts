import { setTimeout as sleep } from 'node:timers/promises'
import { DEMO_ACCOUNTS } from '@/server/accounts/own/seed'
import { type App, startApp } from './app'
import { buildIfStale } from './build'
import { CliError, main } from './cli-error'
import { warnOfConnections } from './doctor/warn-of-connections'
import { givenVariables, type Prepared, prepare } from './environment'
import { checkPort } from './port'
import { aborted, shutdownSignal } from './shutdown'

/** Serves the app with everything it needs until shutdown, then stops all that it started. */
export async function serve(command: 'start' | 'dev') {
  const shutdown = shutdownSignal()
  let prepared: Prepared | undefined
  let app: App | undefined
  await main(async () => {
    try {
      const preparing = prepare(givenVariables(), { onChecked: ({ port }) => checkPort(port) })
      // A shutdown waits at most ten seconds for a database that does not answer.
      prepared = await Promise.race([preparing, aborted(shutdown).then(() => sleep(10_000, undefined))])
      shutdown.throwIfAborted()
      if (!prepared) return
      const { environment, variables } = prepared
      if (command === 'dev' && environment.webConcurrency > 1)
        console.log('WEB_CONCURRENCY is ignored: with hot reload, there is one server process.')
      if (command === 'start') {
        await warnOfConnections(environment)
        await buildIfStale(shutdown)
      }
      app = await startApp(command, { port: environment.port, variables, shutdown })
      announce(prepared)
      await Promise.race([app.ended, aborted(shutdown)])
      if (!shutdown.aborted) throw new CliError('The server ended unexpectedly. The reason is in its output above.')
    } catch (error) {
      if (!shutdown.aborted) throw error
    } finally {
      await app?.stop()
      await prepared?.stop()
    }
  })
  process.exit(process.exitCode ?? 0)
}

function announce({ environment, demoPassword }: Prepared) {
  const { port, webConcurrency: processes } = environment
  console.log(`Latchkey is ready at http://localhost:${port}${processes > 1 ? ` (${processes} processes)` : ''}`)
  console.log(
    `  mail: ${environment.mailboxDir ? 'not sent, but stored; read it at /dev/mailbox' : 'sent through Resend'}`,
  )
  if (!environment.embeddedDatabase) return
  const accounts = DEMO_ACCOUNTS.map(({ email }) => email).join(', ')
  const password = demoPassword ? demoPassword : 'as printed at the first start'
  console.log(`  accounts: ${accounts}; password: ${password}`)
  console.log(`  service key: ${environment.serviceApiKey}`)
}
