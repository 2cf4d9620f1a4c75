import { spawn } from 'node:child_process'
import fs from 'node:fs/promises'
import { connect } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import getPort from 'get-port'

const START_TIMEOUT_MS = 60_000
/** The user `nobody`. PgBouncer, like PostgreSQL, refuses to run as root. */
const NOBODY = 65_534

/** A PgBouncer in front of a PostgreSQL. */
export interface PgBouncer {
  /** The URL of a database of the same PostgreSQL, through PgBouncer. */
  url(directUrl: string): string
  /** Leads to another PostgreSQL from now on: new settings and a reload, as an operator or Patroni's callback does it. */
  leadTo(directUrl: string): Promise<void>
  stop(): Promise<void>
}

/**
 * Starts PgBouncer (Debian's package `pgbouncer`) on a free port, for all databases of a PostgreSQL. It ends with this process.
 * @param directUrl the PostgreSQL, with a user and a password
 * @param settings lines of its configuration that differ from the defaults
 * @throws Error with its output when it does not start
 */
export async function startPgBouncer(directUrl: string, settings: Record<string, string> = {}): Promise<PgBouncer> {
  const port = await getPort()
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'latchkey-pgbouncer-'))
  const file = (name: string) => path.join(folder, name)
  const configuration = {
    listen_addr: '127.0.0.1',
    listen_port: String(port),
    unix_socket_dir: '',
    auth_type: 'scram-sha-256',
    auth_file: file('users.txt'),
    pool_mode: 'transaction',
    max_client_conn: '1000',
    server_idle_timeout: '10',
    ...settings,
  }
  const lines = Object.entries(configuration).map(([name, value]) => `${name} = ${value}`)
  const configure = async (target: URL) => {
    const user = `"${decodeURIComponent(target.username)}" "${decodeURIComponent(target.password)}"\n`
    await fs.writeFile(file('users.txt'), user)
    const databases = `[databases]\n* = host=${target.hostname} port=${target.port}\n`
    await fs.writeFile(file('pgbouncer.ini'), `${databases}[pgbouncer]\n${lines.join('\n')}\n`)
  }
  await configure(new URL(directUrl))
  const isRoot = process.getuid?.() === 0
  if (isRoot) for (const name of ['', 'users.txt', 'pgbouncer.ini']) await fs.chown(file(name), NOBODY, NOBODY)

  const user = isRoot ? [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'] : []
  // The kernel ends it when this process has ended, however it ended.
  const child = spawn('setpriv', [...user, '--pdeathsig=KILL', 'pgbouncer', '--quiet', file('pgbouncer.ini')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/usr/bin` },
  })
  let output = ''
  child.stderr.on('data', (chunk) => {
    output = `${output}${chunk}`.slice(-4000)
  })
  let ended: Error | undefined
  const exit = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      ended = error
      resolve()
    })
    child.once('exit', (code) => {
      ended ??= new Error(`PgBouncer ended with code ${code}:\n${output}`)
      resolve()
    })
  })
  const stop = async () => {
    child.kill('SIGTERM')
    await exit
    await fs.rm(folder, { recursive: true, force: true })
  }
  for (const end = Date.now() + START_TIMEOUT_MS; !(await accepts(port)); await sleep(20)) {
    if (!ended && Date.now() < end) continue
    await stop()
    throw ended
  }
  return {
    url(direct) {
      const url = new URL(direct)
      url.host = `127.0.0.1:${port}`
      return url.href
    },
    async leadTo(direct) {
      await configure(new URL(direct))
      child.kill('SIGHUP')
    },
    stop,
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const settle = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => settle(true)).once('error', () => settle(false))
  })
}
