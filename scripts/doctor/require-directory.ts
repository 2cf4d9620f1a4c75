import { CliError } from '@/scripts/cli-error'
import { createDatabase, type Pooling } from '@/server/db/client'
import type { Environment } from '@/server/env'
import { checkPasswordFormat } from './check-accounts'
import { checkDirectory } from './check-directory'
import { checkSafety } from './check-safety'
import { lineOf } from './finding'

/**
 * Refuses to serve with an account directory that does not work or is not safe, and warns of a format of passwords that
 * the application may not know.
 * @throws CliError with one line for each fault
 */
export async function requireDirectory(
  { url, pooling }: { url: string; pooling: Pooling },
  environment: Environment,
): Promise<void> {
  const { db, close } = createDatabase(url, { maxConnections: 1, pooling })
  try {
    const isFault = ({ result }: { result: string }) => result === 'fault'
    const found = (await checkDirectory(db.$client)).filter(isFault)
    const faults = found.length > 0 ? found : (await checkSafety(db.$client, 'external')).filter(isFault)
    if (faults.length > 0) throw new CliError(`Latchkey cannot start:\n${faults.map(lineOf).join('\n')}`)
    const format = await checkPasswordFormat(db.$client, environment.passwordHash)
    if (isFault(format)) console.error(lineOf(format))
  } finally {
    await close()
  }
}
