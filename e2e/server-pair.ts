import getPort from 'get-port'
import { type App, startApp } from '@/scripts/app'
import { buildIfStale } from '@/scripts/build'
import { startTemporaryPostgres } from '@/scripts/embedded-postgres'
import { startFakeResend } from '@/server/testing/fake-resend'
import { migrateTestDatabase } from '@/server/testing/migrate-test-database'
import { addNumberedAccounts } from '@/server/testing/numbered-accounts'

/** A server of a pair. */
export interface PairedServer {
  url: string
  /** Sends SIGTERM. Resolves when the process has ended. */
  terminate(): Promise<void>
}

/** Two servers of the production build, on one PostgreSQL that can be restarted, with a fake Resend. */
export async function startServerPair(accounts: number) {
  const { servers, ...rest } = await startServers(accounts, 2)
  return { ...rest, servers: servers as [PairedServer, PairedServer] }
}

/** One server whose processes share its port. */
export async function startServerOfProcesses(accounts: number, processes: number) {
  const variables = { WEB_CONCURRENCY: String(processes), LOG_LEVEL: 'info' }
  const { servers, output, ...rest } = await startServers(accounts, 1, variables)
  /** The id of the latest process with this number, from the log. */
  const pidOf = (number: number): number | undefined => {
    const lines = output.join('').matchAll(/"process":(\d+),"pid":(\d+),"msg":"server process ready"/g)
    return [...lines]
      .filter(([, process]) => Number(process) === number)
      .map(([, , pid]) => Number(pid))
      .at(-1)
  }
  return { ...rest, server: servers[0] as PairedServer, output, pidOf }
}

async function startServers(accounts: number, count: number, changes: Record<string, string> = {}) {
  const ends: (() => Promise<unknown>)[] = []
  const stop = async () => {
    for (const end of ends.reverse()) await end()
  }
  try {
    await buildIfStale()
    const database = await startTemporaryPostgres()
    ends.push(database.stop)
    await migrateTestDatabase(database.url, 'own')
    await addNumberedAccounts(database.url, accounts)
    const resend = await startFakeResend()
    ends.push(resend.close)
    const output: string[] = []
    const ports: number[] = []
    while (ports.length < count) ports.push(await getPort())
    const { PATH, HOME, TMPDIR } = process.env
    const variables = {
      PATH,
      HOME,
      TMPDIR,
      APP_URL: `http://localhost:${ports[0]}`,
      DATABASE_URL: database.url,
      APP_SECRET: 'mC4w7QyT1vX9zK2bN5hJ8pR3sD6fG0aL',
      RESEND_API_KEY: 're_test_key',
      RESEND_BASE_URL: resend.url,
      MAIL_FROM: 'Latchkey <accounts@example.org>',
      RATE_LIMIT_SCALE: '1000000',
      LOG_LEVEL: 'error',
      ...changes,
    }
    const start = async (port: number): Promise<PairedServer> => {
      const app: App = await startApp('start', { port, variables, onOutput: (chunk) => output.push(chunk) })
      ends.push(app.stop)
      return { url: `http://127.0.0.1:${port}`, terminate: app.stop }
    }
    const servers: PairedServer[] = []
    for (const port of ports) servers.push(await start(port))
    return { servers, database, resend, output, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
