import type { Pooling } from '@/server/db/client'
import { ConnectionUrlError } from '@/server/db/connection-url'
import { explainConnectionError, explainPooler } from '@/server/db/explain-connection-error'
import { inspectServer } from '@/server/db/inspect-server'
import { CliError } from './cli-error'

const OLDEST_POSTGRES = 14

/**
 * Checks that a PostgreSQL that is new enough answers at an address, and that connections can be used as told.
 * @param variable the variable that holds the address, for messages
 * @throws CliError with one line that names the variable, what is wrong and what to do, never the password.
 */
export async function checkConnection(variable: string, url: string, pooling: Pooling): Promise<void> {
  const { version, sessions } = await inspectServer(url, pooling).catch((error) => {
    if (error instanceof ConnectionUrlError) throw new CliError(`${variable} ${error.message}`)
    throw new CliError(explainConnectionError(variable, url, error))
  })
  if (sessions === 'shared') throw new CliError(explainPooler(variable))
  if (version < OLDEST_POSTGRES) {
    throw new CliError(
      `${variable} leads to PostgreSQL ${version}. Latchkey needs version ${OLDEST_POSTGRES} or newer.`,
    )
  }
}
