import { setTimeout as sleep } from 'node:timers/promises'
import { DEMO_ACCOUNTS } from '@/server/accounts/seed'
import { type App, startApp } from './app'
import { buildIfStale } from './build'
import { asked, endOfScript } from './ending'
import { givenVariables, type Prepared, prepare } from './environment'
import { checkPort } from './port'
import { main, Problem } from './problem'

/** Serves the app with all it needs until the script is asked to end, and stops whatever it started. */
export async function serve(command: 'start' | 'dev') {
  const ending = endOfScript()
  let prepared: Prepared | undefined
  let app: App | undefined
  await main(async () => {
    try {
      const preparing = prepare(givenVariables(), { onChecked: ({ port }) => checkPort(port) })
      // Whoever asks for the end need not wait for a database that does not answer.
      prepared = await Promise.race([preparing, asked(ending).then(() => sleep(10_000, undefined))])
      ending.throwIfAborted()
      if (!prepared) return
      const { environment, variables } = prepared
      if (command === 'start') await buildIfStale(ending)
      app = await startApp(command, { port: environment.port, variables, ending })
      announce(prepared)
      await Promise.race([app.ended, asked(ending)])
      if (!ending.aborted) throw new Problem('The server ended by itself: see what it says above')
    } catch (error) {
      if (!ending.aborted) throw error
    } finally {
      await app?.stop()
      await prepared?.stop()
    }
  })
  process.exit(process.exitCode ?? 0)
}

function announce({ environment, demoPassword }: Prepared) {
  console.log(`Latchkey is ready at http://localhost:${environment.port}`)
  console.log(`  mail: ${environment.mailboxDir ? 'nothing is sent; read it at /dev/mailbox' : 'sent through Resend'}`)
  if (!environment.embeddedDatabase) return
  const accounts = DEMO_ACCOUNTS.map(({ email }) => email).join(', ')
  const password = demoPassword ? `${demoPassword} until you change it` : 'the one printed when this database was new'
  console.log(`  accounts: ${accounts}; password: ${password}`)
  console.log(`  service key: ${environment.serviceApiKey}`)
}
