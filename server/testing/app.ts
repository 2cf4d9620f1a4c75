import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import getPort from 'get-port'
import { type App, type Listener, startApp } from '@/scripts/app'
import { buildIfStale } from '@/scripts/build'
import { type Prepared, prepare } from '@/scripts/environment'
import { startAppDatabase } from './app-database'
import { giveToImageUser, imageUnderTest } from './image'
import { type PgBouncer, startPgBouncer } from './pgbouncer'

export interface TestApp {
  /** The origin, without a trailing slash. */
  url: string
  /** Leads to PostgreSQL itself, also when the app's own connections go through PgBouncer. */
  databaseUrl: string
  mailboxDir: string
  /** The password of the demo accounts. */
  password: string
  serviceApiKey: string
  /** Starts a second server on the same database and mailbox. Returns its own address; `APP_URL` stays the same. */
  startSecondServer(): Promise<string>
  stop(): Promise<void>
}

/**
 * Serves the production build on a free port, with its own database and mailbox, which `stop` removes.
 * @param variables changes to its environment, for example `{ ACCOUNT_DISCLOSURE: 'conceal' }`
 * @param onOutput receives what the server prints, errors too; by default it goes to the terminal
 */
export async function startTestApp(variables: Record<string, string> = {}, onOutput?: Listener): Promise<TestApp> {
  // Otherwise the set-up of the browser tests has built it, or has laid out the image.
  if (!process.env.E2E_URL && !imageUnderTest()) await buildIfStale()
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'latchkey-app-'))
  const port = await getPort()
  // Only what every program needs is taken from the environment of the test run.
  const { PATH, HOME, TMPDIR, TEST_WEB_CONCURRENCY: WEB_CONCURRENCY } = process.env
  const APP_URL = `http://localhost:${port}`
  const system = { PATH, HOME, TMPDIR, NODE_ENV: 'production' as const, WEB_CONCURRENCY }
  const given = { ...system, LOG_LEVEL: 'error', PORT: String(port), APP_URL }
  let prepared: Prepared | undefined
  let pooler: PgBouncer | undefined
  const servers: App[] = []
  const clear = async () => {
    // A test has nothing left to finish, and a graceful shutdown takes seconds.
    await Promise.all(servers.map((server) => server.kill()))
    await pooler?.stop()
    await prepared?.stop()
    await fs.rm(folder, { recursive: true, force: true })
  }
  try {
    prepared = await prepare({ ...given, ...variables }, { folder, startPostgres: startAppDatabase })
    await giveToImageUser(path.join(folder, 'mailbox'))
    const databaseUrl = prepared.environment.databaseUrl
    if (process.env.TEST_POOLING === 'pgbouncer') pooler = await startPgBouncer(databaseUrl)
    const pooled = pooler && { DATABASE_URL: pooler.url(databaseUrl), DATABASE_POOLING: 'transaction' }
    const serverVariables = { ...prepared.variables, ...pooled }
    const serveOn = async (port: number) => {
      const options = { port, variables: serverVariables, onOutput, onErrors: onOutput, image: imageUnderTest() }
      servers.push(await startApp('start', options))
      return `http://127.0.0.1:${port}`
    }
    await serveOn(port)
    return {
      url: APP_URL,
      databaseUrl,
      mailboxDir: path.join(folder, 'mailbox'),
      password: prepared.demoPassword ?? '',
      serviceApiKey: prepared.environment.serviceApiKey ?? '',
      startSecondServer: async () => serveOn(await getPort()),
      stop: clear,
    }
  } catch (error) {
    await clear()
    throw error
  }
}
