import { randomBytes, randomInt } from 'node:crypto'
import { existsSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { seedDemoAccounts } from '@/server/accounts/own/seed'
import type { Pooling } from '@/server/db/client'
import { migrate, newerSchema } from '@/server/db/migrate'
import { type Environment, readDatabaseEnvironment, readEnvironment } from '@/server/env'
import { checkConnection } from './check-connection'
import { CliError } from './cli-error'
import { requireDirectory } from './doctor/require-directory'
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres'

/** The folder of this clone. */
export const ROOT = path.resolve(import.meta.dirname, '..')

type Variables = Record<string, string | undefined>
type StartPostgres = () => Promise<EmbeddedPostgres>

export interface Prepared {
  environment: Environment
  /** The environment for server processes. */
  variables: Variables
  /** The password of the demo accounts, if the embedded database has them and it is known. */
  demoPassword?: string
  /** Leaves the database. The embedded one stops when its last user has left. */
  stop(): Promise<void>
}

/** The variables of this process and of the .env files, which Next.js reads too. */
export function givenVariables(): Variables {
  for (const file of ['.env.local', '.env']) {
    if (existsSync(path.join(ROOT, file))) process.loadEnvFile(path.join(ROOT, file))
  }
  const { EMBEDDED_DATABASE, MAILBOX_DIR, PROCESS_NUMBER, ...given } = process.env
  return given
}

/**
 * Checks the environment, starts the embedded PostgreSQL unless DATABASE_URL is set, migrates the database, and adds the
 * demo accounts to an embedded one.
 * @param given the variables to start from
 * @param options.onChecked called with the checked environment before anything slow begins
 * @param options.folder holds the embedded database, its secrets and the mailbox
 * @param options.startPostgres starts a database to use in place of the embedded one, for tests
 * @throws EnvironmentError or CliError, whose message says what to do.
 */
export async function prepare(
  given: Variables,
  options: {
    onChecked?: (environment: Environment) => Promise<void>
    folder?: string
    startPostgres?: StartPostgres
  } = {},
): Promise<Prepared> {
  const folder = options.folder ?? path.join(ROOT, '.data')
  if (given.DATABASE_URL) {
    const environment = readEnvironment(given)
    await options.onChecked?.(environment)
    const database = await openDatabase(given, folder)
    if (environment.accounts === 'external') await requireDirectory(database, environment)
    return { environment, variables: given, stop: database.stop }
  }
  const planned = {
    ...given,
    EMBEDDED_DATABASE: '1',
    MAILBOX_DIR: path.join(folder, 'mailbox'),
    DATABASE_URL: 'postgres://127.0.0.1',
  }
  await options.onChecked?.(
    readEnvironment({ ...planned, APP_SECRET: given.APP_SECRET || randomBytes(48).toString('base64') }),
  )
  await makeFolder(folder)
  const secrets = {
    APP_SECRET:
      given.APP_SECRET || (await storedSecret(folder, 'app-secret', () => randomBytes(48).toString('base64'))),
    SERVICE_API_KEY:
      given.SERVICE_API_KEY ||
      (await storedSecret(folder, 'service-api-key', () => `demo_${randomBytes(24).toString('hex')}`)),
  }
  const database = await openDatabase({}, folder, options.startPostgres)
  try {
    const demoPassword = await seed(database.url, folder)
    const variables = { ...planned, ...secrets, DATABASE_URL: database.url }
    return { environment: readEnvironment(variables), variables, demoPassword, stop: database.stop }
  } catch (error) {
    await database.stop()
    throw error
  }
}

/** A database that is ready for use. */
export interface OpenDatabase {
  url: string
  pooling: Pooling
  /** Leaves the database. The embedded one stops when its last user has left. */
  stop(): Promise<void>
}

/**
 * Opens the database of DATABASE_URL, or the embedded one if that is not set, and migrates it to the newest schema.
 * @param given the variables; only those of the database and ACCOUNTS are read
 * @throws EnvironmentError, MigrationError, or CliError naming the variable and the host, never the password.
 */
export async function openDatabase(
  given: Variables,
  folder = path.join(ROOT, '.data'),
  startPostgres: StartPostgres = () => startEmbeddedPostgres({ dataDir: path.join(folder, 'postgres') }),
): Promise<OpenDatabase> {
  if (given.DATABASE_URL) {
    const { databaseUrl: url, databasePooling: pooling, databaseDirectUrl, accounts } = readDatabaseEnvironment(given)
    await checkConnection('DATABASE_URL', url, pooling)
    if (databaseDirectUrl !== url) await checkConnection('DATABASE_DIRECT_URL', databaseDirectUrl, 'session')
    const { newer } = await migrate(databaseDirectUrl, accounts)
    if (newer > 0) console.error(newerSchema(newer))
    return { url, pooling, stop: async () => {} }
  }
  const server = await startPostgres()
  try {
    await migrate(server.url)
    return { url: server.url, pooling: 'session', stop: server.stop }
  } catch (error) {
    await server.stop()
    throw error
  }
}

/** Other users may pass through to the data, which PostgreSQL owns. Everything else is for the owner only. */
async function makeFolder(folder: string) {
  try {
    await fs.mkdir(folder, { recursive: true })
    await fs.mkdir(path.join(folder, 'mailbox'), { recursive: true, mode: 0o700 })
    if ((await fs.stat(folder)).uid === process.getuid?.()) await fs.chmod(folder, 0o711)
  } catch (error) {
    throw new CliError(
      `Cannot use the folder ${folder} (${(error as NodeJS.ErrnoException).code}). Check its owner and the free space on its disk.`,
    )
  }
}

/** A secret that is generated once, in a file that only its owner can read. */
async function storedSecret(folder: string, name: string, make: () => string) {
  const file = path.join(folder, name)
  await fs.writeFile(file, `${make()}\n`, { mode: 0o600, flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') return
    throw new CliError(
      `Cannot write ${file} (${error.code}). Check the owner of the folder and the free space on its disk.`,
    )
  })
  const secret = (await fs.readFile(file, 'utf8').catch(() => '')).trim()
  if (!secret) throw new CliError(`Cannot read ${file}. Start as the user who owns it, or remove it.`)
  return secret
}

/** Adds the demo accounts. Returns their password, unless they are older than the file that holds it. */
async function seed(databaseUrl: string, folder: string) {
  const isNew = !existsSync(path.join(folder, 'demo-password'))
  const password = await storedSecret(folder, 'demo-password', readablePassword)
  if ((await seedDemoAccounts(databaseUrl, password)) === 'seeded' || !isNew) return password
  await fs.rm(path.join(folder, 'demo-password'))
  return undefined
}

/** Almost 80 bits, in groups of four, without letters and digits that look alike. */
function readablePassword() {
  const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789'
  const group = () => Array.from({ length: 4 }, () => alphabet[randomInt(alphabet.length)]).join('')
  return Array.from({ length: 4 }, group).join('-')
}
