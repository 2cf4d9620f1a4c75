import { checkConnection } from '@/scripts/check-connection'
import { main } from '@/scripts/cli-error'
import { requireDirectory } from '@/scripts/doctor/require-directory'
import { warnOfConnections } from '@/scripts/doctor/warn-of-connections'
import { readEnvironment } from '@/server/env'

// What `npm start` checks before it serves, for the image: the configuration, and the database that it leads to.
await main(async () => {
  const environment = readEnvironment(process.env)
  const { databaseUrl: url, databasePooling: pooling } = environment
  await checkConnection('DATABASE_URL', url, pooling)
  await warnOfConnections(environment)
  if (environment.accounts === 'external') await requireDirectory({ url, pooling }, environment)
})
process.exit(0)
