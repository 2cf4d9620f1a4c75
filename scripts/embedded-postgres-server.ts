import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import getPort from 'get-port'
import { explainFailure } from './embedded-postgres-failure'
import { type Installation, runAs } from './embedded-postgres-installation'

const START_TIMEOUT_SECONDS = 120
const STOP_TIMEOUT_SECONDS = 15

const FAST_RATHER_THAN_DURABLE = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '300',
}

/**
 * Starts the server on a free port and waits until it accepts connections. Losing a race against another process, for
 * the port or for the data directory, is not a failure: the caller looks for a running server again.
 * @throws CliError when the server cannot start.
 */
export async function startServer(installation: Installation, { temporary = false } = {}): Promise<void> {
  const { dataDir, programs } = installation
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(await getPort()),
    unix_socket_directories: '',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(hasStatementStatistics(programs) && {
      shared_preload_libraries: 'pg_stat_statements',
      'pg_stat_statements.track': 'all',
    }),
    ...(temporary && FAST_RATHER_THAN_DURABLE),
  }
  // The server's command line names its data directory: findPostmaster() reads it.
  const options = [`-D ${quote(dataDir)}`, ...Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`)]
  const logFile = `${dataDir}.log`
  const log = await fs.open(logFile, 'w')
  const { failed, message } = await pgCtl(
    installation,
    ['start', `--timeout=${START_TIMEOUT_SECONDS}`, `--options=${options.join(' ')}`],
    log.fd,
  )
  await log.close()
  if (!failed) return
  const output = await fs.readFile(logFile, 'utf8').catch(() => '')
  if (/postmaster\.pid" already exists|could not bind|lock file .* is empty/.test(output)) return
  throw explainFailure(output.trim() || message, dataDir)
}

/** Stops the server: in each of the modes in turn, until it has stopped. */
export async function stopServer(installation: Installation, modes: ('fast' | 'immediate')[]): Promise<void> {
  for (const mode of modes) {
    const { failed } = await pgCtl(installation, ['stop', `--mode=${mode}`, `--timeout=${STOP_TIMEOUT_SECONDS}`])
    if (!failed) return
  }
}

/** Restarts the server with the options that it was started with. */
export async function restartServer(installation: Installation): Promise<void> {
  const log = await fs.open(`${installation.dataDir}.log`, 'a')
  const { failed, message } = await pgCtl(installation, ['restart', `--timeout=${START_TIMEOUT_SECONDS}`], log.fd)
  await log.close()
  if (failed) throw explainFailure(message, installation.dataDir)
}

/**
 * The server that runs on this data directory, if there is one. A lock file that names another program's process is
 * removed: PostgreSQL itself would trust a recycled process id, and refuse to start.
 */
export async function findPostmaster(dataDir: string): Promise<{ port: number } | undefined> {
  const lockFile = path.join(dataDir, 'postmaster.pid')
  const text = await fs.readFile(lockFile, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const [pid, , , port] = text.split('\n').map(Number)
  if (pid && (await commandLine(pid)).includes(dataDir)) return port ? { port } : undefined
  // A newer file may still be being written.
  const age = Date.now() - (await fs.stat(lockFile).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs
  if (age > 2_000) await fs.rm(lockFile, { force: true })
  return undefined
}

/**
 * Runs pg_ctl, which builds a shell command from its arguments. The data directory and the program's folder therefore
 * reach it through the environment, so that a path may contain any character.
 * @param log the descriptor of the file that the server writes to from now on
 */
async function pgCtl({ dataDir, programs, user }: Installation, args: string[], log: number | 'ignore' = 'ignore') {
  const bin = path.join(programs, 'bin')
  const child = spawn(path.join(bin, 'pg_ctl'), [...args, '-p', 'postgres', '--wait', '--silent'], {
    ...user,
    cwd: '/',
    env: { ...process.env, LC_ALL: 'C', PGDATA: dataDir, PATH: `${bin}${path.delimiter}${process.env.PATH}` },
    stdio: ['ignore', log, log],
  })
  return once(child, 'exit').then(
    ([code]) => ({ failed: code !== 0, message: `pg_ctl ended with code ${code}` }),
    (error: Error) => ({ failed: true, message: error.message }),
  )
}

const hasStatementStatistics = (programs: string) =>
  readdirSync(path.join(programs, 'lib', 'postgresql')).some((file) => file.startsWith('pg_stat_statements.'))

/** Quotes a word for a POSIX shell. */
const quote = (word: string) => `'${word.replaceAll("'", "'\\''")}'`

async function commandLine(pid: number) {
  if (process.platform === 'linux') return fs.readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return runAs(undefined, 'ps', ['-o', 'args=', '-p', String(pid)]).catch(() => '')
}
