import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { execa } from 'execa'
import getPort from 'get-port'
import postgres from 'postgres'
import { CliError } from '@/scripts/cli-error'
import { installDebianPackage } from '@/scripts/debian-packages'

const START_TIMEOUT_MS = 60_000
const USER = 'latchkey'
const DATABASE = 'latchkey'
/** The name by which the primary knows its standby. */
const STANDBY = 'standby'
const PACKAGED = '/usr/lib/postgresql'

/** The user that runs PostgreSQL, which refuses to run as root; undefined unless this process is root. */
type DatabaseUser = { uid: number; gid: number } | undefined

interface Cluster {
  dataDir: string
  port: number
  /** Of the database `latchkey`. */
  url: string
  /** Kills all its processes with SIGKILL. */
  kill(): Promise<void>
}

/** A primary and its synchronous standby. */
export interface PostgresPair {
  primary: Pick<Cluster, 'url' | 'kill'>
  standby: Pick<Cluster, 'url'>
  /** The version of the server. */
  version: string
  /** Makes the standby the primary. It confirms commits alone from then on. */
  promote(): Promise<void>
  /** Kills both and removes their data. */
  stop(): Promise<void>
}

/**
 * Starts two servers of Debian's package `postgresql` with their durable defaults. Each commit on the first waits until
 * the second has it on disk (`synchronous_commit = on`). Both end with this process.
 * @throws CliError if PostgreSQL is not installed and cannot be installed
 */
export async function startPostgresPair(): Promise<PostgresPair> {
  const bin = await findPrograms()
  const user = await findUser()
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'latchkey-drill-'))
  const password = randomBytes(24).toString('base64url')
  const run = (program: string, args: string[]) =>
    execa(path.join(bin, program), args, { ...user, cwd: '/', env: { LC_ALL: 'C', PGPASSWORD: password } })
  const clusterAt = async (name: string): Promise<Cluster> => {
    const dataDir = path.join(folder, name)
    const port = await getPort()
    const url = `postgres://${USER}:${password}@127.0.0.1:${port}/${DATABASE}`
    return { dataDir, port, url, kill: () => killAll(dataDir) }
  }
  const primary = await clusterAt('primary')
  const standby = await clusterAt('standby')
  const stop = async () => {
    await Promise.all([primary.kill(), standby.kill()])
    await fs.rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    if (user) await fs.chown(folder, user.uid, user.gid)
    await createCluster(run, primary, folder, { password, user })
    await startServer(bin, user, primary, { synchronous_standby_names: STANDBY })
    await copyCluster(run, primary, standby, password)
    await startServer(bin, user, standby, {})
    const version = await createDatabase(primary)
    return { primary, standby, version, promote: () => promote(standby), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** The newest PostgreSQL of Debian on this machine. */
async function findPrograms(): Promise<string> {
  const find = async () => {
    const versions = await fs.readdir(PACKAGED).catch(() => [])
    const folders = versions.sort((a, b) => Number(b) - Number(a)).map((name) => path.join(PACKAGED, name, 'bin'))
    return folders.find((bin) => existsSync(path.join(bin, 'postgres')) && existsSync(path.join(bin, 'pg_basebackup')))
  }
  const found = await find()
  if (found) return found
  await installDebianPackage('postgresql')
  const installed = await find()
  if (!installed) throw new CliError('PostgreSQL is missing. Install it (apt-get install postgresql), then try again.')
  return installed
}

/** The user `postgres` of the package, if this process is root. */
async function findUser(): Promise<DatabaseUser> {
  if (process.getuid?.() !== 0) return undefined
  const look = async (option: string) => Number((await execa('id', [option, 'postgres'])).stdout)
  return { uid: await look('-u'), gid: await look('-g') }
}

type Run = (program: string, args: string[]) => Promise<unknown>

async function createCluster(
  run: Run,
  { dataDir }: Cluster,
  folder: string,
  { password, user }: { password: string; user: DatabaseUser },
) {
  const file = path.join(folder, 'password')
  await fs.writeFile(file, password, { mode: 0o600 })
  if (user) await fs.chown(file, user.uid, user.gid)
  const options = [`--username=${USER}`, `--pwfile=${file}`, '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C']
  await run('initdb', [`--pgdata=${dataDir}`, ...options])
}

/** Copies the primary as its standby, which will follow it. */
async function copyCluster(run: Run, primary: Cluster, standby: Cluster, password: string) {
  const from = ['--host=127.0.0.1', `--port=${primary.port}`, `--username=${USER}`]
  await run('pg_basebackup', [...from, `--pgdata=${standby.dataDir}`, '--checkpoint=fast', '--wal-method=stream'])
  const source = `host=127.0.0.1 port=${primary.port} user=${USER} password=${password} application_name=${STANDBY}`
  await fs.appendFile(path.join(standby.dataDir, 'postgresql.auto.conf'), `primary_conninfo = '${source}'\n`)
  await fs.writeFile(path.join(standby.dataDir, 'standby.signal'), '')
}

/** Starts a server and waits until it answers. The kernel ends it when this process has ended, however it ended. */
async function startServer(bin: string, user: DatabaseUser, cluster: Cluster, settings: Record<string, string>) {
  const all = {
    listen_addresses: '127.0.0.1',
    port: String(cluster.port),
    unix_socket_directories: '',
    timezone: 'UTC',
    synchronous_commit: 'on',
    ...settings,
  }
  const as = user ? [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'] : []
  const options = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const log = await fs.open(`${cluster.dataDir}.log`, 'a')
  const program = [path.join(bin, 'postgres'), '-D', cluster.dataDir, ...options]
  const child = spawn('setpriv', [...as, '--pdeathsig=KILL', ...program], {
    cwd: '/',
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['ignore', log.fd, log.fd],
  })
  await log.close()
  child.on('error', () => {}) // told by the wait below
  await waitFor(cluster, 'postgres', (sql) => sql`select 1`)
}

/** Waits until the standby confirms commits, then creates the database on both. Returns the version of the server. */
async function createDatabase(primary: Cluster): Promise<string> {
  const isFollowed = `select 1 from pg_stat_replication where application_name = '${STANDBY}' and sync_state = 'sync'`
  await waitFor(primary, 'postgres', (sql) => sql.unsafe(isFollowed))
  const sql = open(primary, 'postgres')
  try {
    await sql.unsafe(`create database ${DATABASE}`)
    const [row] = await sql<{ version: string }[]>`select current_setting('server_version') as version`
    return row?.version ?? 'unknown'
  } finally {
    await sql.end()
  }
}

async function promote(standby: Cluster): Promise<void> {
  const sql = open(standby, 'postgres')
  await sql`select pg_promote(wait => true)`.finally(() => sql.end())
}

const open = ({ url }: Cluster, database: string) =>
  postgres(Object.assign(new URL(url), { pathname: database }).href, { max: 1, connect_timeout: 5, onnotice: () => {} })

/** Waits until a query of a server gives a row. */
async function waitFor(
  cluster: Cluster,
  database: string,
  query: (sql: postgres.Sql) => PromiseLike<readonly unknown[]>,
) {
  for (const end = Date.now() + START_TIMEOUT_MS; Date.now() < end; await sleep(50)) {
    const sql = open(cluster, database)
    const rows = await Promise.resolve(query(sql)).catch(() => [])
    await sql.end({ timeout: 1 })
    if (rows.length > 0) return
  }
  const log = await fs.readFile(`${cluster.dataDir}.log`, 'utf8').catch(() => '')
  throw new CliError(`PostgreSQL did not become ready. It says:\n${log.split('\n').slice(-10).join('\n')}`)
}

/** Kills every process whose working directory is the data directory: the server's first one and all its children. */
async function killAll(dataDir: string): Promise<void> {
  for (;;) {
    const pids = (await fs.readdir('/proc')).filter((name) => /^\d+$/.test(name))
    const isOurs = async (pid: string) => (await fs.readlink(`/proc/${pid}/cwd`).catch(() => '')) === dataDir
    const owned = await Promise.all(pids.map(isOurs))
    const ours = pids.filter((_, n) => owned[n]).map(Number)
    if (ours.length === 0) return
    for (const pid of ours.sort((a, b) => a - b)) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It has just ended.
      }
    }
    await sleep(10)
  }
}
