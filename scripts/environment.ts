import { randomBytes, randomInt } from 'node:crypto'
import { existsSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import { seedDemoAccounts } from '@/server/accounts/seed'
import { migrate } from '@/server/db/migrate'
import { type Environment, readEnvironment } from '@/server/env'
import { CliError } from './cli-error'
import { startEmbeddedPostgres, startTemporaryPostgres } from './embedded-postgres'

/** The clone; every script runs from here. */
export const ROOT = path.resolve(import.meta.dirname, '..')

const OLDEST_POSTGRES = 14
const PATIENCE_MS = 8_000

type Variables = Record<string, string | undefined>

export interface Prepared {
  environment: Environment
  /** What a server process is started with. */
  variables: Variables
  /** The password of the demo accounts, on an embedded database whose own it is. */
  demoPassword?: string
  /** Leaves the database; the embedded one ends with the last who uses it. */
  stop(): Promise<void>
}

/** The variables of this process and of the .env files, which Next reads too. */
export function givenVariables(): Variables {
  for (const file of ['.env.local', '.env']) {
    if (existsSync(path.join(ROOT, file))) process.loadEnvFile(path.join(ROOT, file))
  }
  const { EMBEDDED_DATABASE, MAILBOX_DIR, ...given } = process.env
  return given
}

/**
 * Checks the environment, starts the embedded PostgreSQL unless DATABASE_URL is set, migrates, and seeds
 * the demo accounts on an embedded database.
 * @param given the variables to start from
 * @param options.onChecked called with the checked environment before anything slow begins
 * @param options.folder where the embedded database, its secrets and the mailbox are kept
 * @param options.temporary an embedded database that is gone with its data after `stop`
 * @throws EnvironmentError or CliError, whose message says what to do.
 */
export async function prepare(
  given: Variables,
  options: { onChecked?: (environment: Environment) => Promise<void>; folder?: string; temporary?: boolean } = {},
): Promise<Prepared> {
  const folder = options.folder ?? path.join(ROOT, '.data')
  if (given.DATABASE_URL) {
    const environment = readEnvironment(given)
    await options.onChecked?.(environment)
    const database = await openDatabase(given.DATABASE_URL, folder)
    return { environment, variables: given, stop: database.stop }
  }
  const planned = {
    ...given,
    EMBEDDED_DATABASE: '1',
    MAILBOX_DIR: path.join(folder, 'mailbox'),
    DATABASE_URL: 'postgres://127.0.0.1',
  }
  await options.onChecked?.(readEnvironment({ ...planned, APP_SECRET: given.APP_SECRET || 'made below'.repeat(4) }))
  await makeFolder(folder)
  const secrets = {
    APP_SECRET: given.APP_SECRET || (await kept(folder, 'app-secret', () => randomBytes(48).toString('base64'))),
    SERVICE_API_KEY:
      given.SERVICE_API_KEY || (await kept(folder, 'service-api-key', () => `demo_${randomBytes(24).toString('hex')}`)),
  }
  const database = await openDatabase(undefined, folder, options.temporary)
  try {
    const demoPassword = await seed(database.url, folder)
    const variables = { ...planned, ...secrets, DATABASE_URL: database.url }
    return { environment: readEnvironment(variables), variables, demoPassword, stop: database.stop }
  } catch (error) {
    await database.stop()
    throw error
  }
}

/**
 * Opens the given database, or the embedded one, and brings it to the newest schema.
 * @throws CliError naming DATABASE_URL and its host, never the password.
 */
export async function openDatabase(given: string | undefined, folder = path.join(ROOT, '.data'), temporary = false) {
  if (given) {
    await reach(given)
    await migrate(given)
    return { url: given, stop: async () => {} }
  }
  const server = temporary
    ? await startTemporaryPostgres()
    : await startEmbeddedPostgres({ dataDir: path.join(folder, 'postgres') })
  try {
    await migrate(server.url)
    return server
  } catch (error) {
    await server.stop()
    throw error
  }
}

async function reach(url: string) {
  const sql = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => {} })
  try {
    // The client's own timeout ends with the connection, and a proxy may connect and then say nothing.
    const silence = sleep(PATIENCE_MS, undefined, { ref: false }).then(() => Promise.reject(new Error('no answer')))
    const [row] = await Promise.race([
      sql`select current_setting('server_version_num')::int / 10000 as version`,
      silence,
    ])
    if (row?.version < OLDEST_POSTGRES) {
      throw new CliError(`DATABASE_URL leads to PostgreSQL ${row?.version}: Latchkey needs ${OLDEST_POSTGRES} or newer`)
    }
  } catch (error) {
    if (error instanceof CliError) throw error
    const said = error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : String(error)
    const why = error instanceof postgres.PostgresError ? error.message : said
    throw new CliError(
      `DATABASE_URL: PostgreSQL at ${new URL(url).host} cannot be used (${why}): see that it runs and that the address is right`,
    )
  } finally {
    await sql.end({ timeout: 0 })
  }
}

/** Others may pass through to the data, which PostgreSQL owns; whatever else lies there is its owner's alone. */
async function makeFolder(folder: string) {
  try {
    await fs.mkdir(folder, { recursive: true })
    await fs.mkdir(path.join(folder, 'mailbox'), { recursive: true, mode: 0o700 })
    if ((await fs.stat(folder)).uid === process.getuid?.()) await fs.chmod(folder, 0o711)
  } catch (error) {
    throw new CliError(
      `Cannot use the folder ${folder} (${(error as NodeJS.ErrnoException).code}): see who owns it and how full its disk is`,
    )
  }
}

/** A secret that is made once, and kept where only its owner reads it. */
async function kept(folder: string, name: string, make: () => string) {
  const file = path.join(folder, name)
  await fs.writeFile(file, `${make()}\n`, { mode: 0o600, flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') return
    throw new CliError(`Cannot write ${file} (${error.code}): see who owns the folder and how full its disk is`)
  })
  const secret = (await fs.readFile(file, 'utf8').catch(() => '')).trim()
  if (!secret) throw new CliError(`Cannot read ${file}: start as the user who owns it, or remove it`)
  return secret
}

/** The demo accounts' password, unless the accounts are older than the file it is kept in. */
async function seed(databaseUrl: string, folder: string) {
  const isNew = !existsSync(path.join(folder, 'demo-password'))
  const password = await kept(folder, 'demo-password', readablePassword)
  if ((await seedDemoAccounts(databaseUrl, password)) === 'seeded' || !isNew) return password
  await fs.rm(path.join(folder, 'demo-password'))
  return undefined
}

/** Eighty bits in groups of four, without letters and digits that look alike. */
function readablePassword() {
  const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789'
  const group = () => Array.from({ length: 4 }, () => alphabet[randomInt(alphabet.length)]).join('')
  return Array.from({ length: 4 }, group).join('-')
}
