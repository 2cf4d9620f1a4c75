import { migrate, newerSchema } from '@/server/db/migrate'
import { readDatabaseEnvironment } from '@/server/env'
import { parseArguments, usageError } from './arguments'
import { checkConnection } from './check-connection'
import { CliError, main } from './cli-error'
import { givenVariables } from './environment'

const USAGE = 'npm run migrate [-- --wait SECONDS]'

// Applies migrations and exits. It needs the address of the database, and ACCOUNTS.
await main(async () => {
  const waitMs = readWait()
  const given = givenVariables()
  const url = given.DATABASE_DIRECT_URL || given.DATABASE_URL
  if (!url) throw new CliError('Set DATABASE_DIRECT_URL or DATABASE_URL to the database to migrate.')
  const variable = given.DATABASE_DIRECT_URL ? 'DATABASE_DIRECT_URL' : 'DATABASE_URL'
  const { databasePooling, accounts } = readDatabaseEnvironment({ ...given, DATABASE_URL: given.DATABASE_URL || url })
  await checkConnection(variable, url, variable === 'DATABASE_URL' ? databasePooling : 'session')
  const { applied, newer } = await migrate(url, accounts, { waitMs })
  console.log(applied.length > 0 ? `Applied ${applied.join(', ')}.` : 'No migrations to apply.')
  if (newer > 0) console.log(newerSchema(newer))
})
process.exit(0)

function readWait(): number | undefined {
  const { wait } = parseArguments(USAGE, { options: { wait: { type: 'string' } } }).values
  if (wait === undefined) return undefined
  if (!/^\d+$/.test(wait)) throw usageError(USAGE, '--wait must be a number of seconds.')
  return Number(wait) * 1000
}
