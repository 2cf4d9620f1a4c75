import { type Environment, EnvironmentError, readEnvironment } from '@/server/env'
import { parseArguments } from './arguments'
import { checkConnection } from './check-connection'
import { CliError, main } from './cli-error'
import { diagnose } from './doctor/diagnose'
import { type Finding, lineOf } from './doctor/finding'
import { givenVariables, prepare } from './environment'

const USAGE = 'npm run doctor   checks the configuration, the database and the account directory'

await main(async () => {
  parseArguments(USAGE, {})
  const findings = await examine()
  for (const finding of findings) console.log(lineOf(finding))
  const faults = findings.filter(({ result }) => result === 'fault').length
  if (faults > 0) throw new CliError(faults === 1 ? '1 fault' : `${faults} faults`)
  console.log('No faults')
})
process.exit(0)

/** Checks the configuration, then the database, then what is in it: each needs the one before. */
async function examine(): Promise<Finding[]> {
  const given = givenVariables()
  try {
    if (!given.DATABASE_URL) return await examineEmbedded(given)
    const environment = readEnvironment(given)
    await checkConnections(environment)
    return await diagnose(environment)
  } catch (error) {
    if (error instanceof EnvironmentError) return error.problems.map((text) => ({ result: 'fault', text }))
    if (error instanceof CliError) return [{ result: 'fault', text: error.message }]
    throw error
  }
}

async function examineEmbedded(given: Record<string, string | undefined>) {
  const { environment, stop } = await prepare(given)
  try {
    return await diagnose(environment)
  } finally {
    await stop()
  }
}

async function checkConnections({ databaseUrl, databaseDirectUrl, databasePooling }: Environment) {
  await checkConnection('DATABASE_URL', databaseUrl, databasePooling)
  if (databaseDirectUrl !== databaseUrl) await checkConnection('DATABASE_DIRECT_URL', databaseDirectUrl, 'session')
}
