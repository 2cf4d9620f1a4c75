import getPort from 'get-port'
import postgres from 'postgres'
import { type App, startApp } from '@/scripts/app'
import { buildIfStale } from '@/scripts/build'
import { startTemporaryPostgres } from '@/scripts/embedded-postgres'
import { startFakeResend } from '@/server/testing/fake-resend'
import { migrateTestDatabase } from '@/server/testing/migrate-test-database'

/** A server of a pair. */
export interface PairedServer {
  url: string
  /** Sends SIGTERM. Resolves when the process has ended. */
  terminate(): Promise<void>
}

/** Two servers of the production build, on one PostgreSQL that can be restarted, with a fake Resend. */
export async function startServerPair(accounts: number) {
  const ends: (() => Promise<unknown>)[] = []
  const stop = async () => {
    for (const end of ends.reverse()) await end()
  }
  try {
    await buildIfStale()
    const database = await startTemporaryPostgres()
    ends.push(database.stop)
    await migrateTestDatabase(database.url, 'own')
    await addAccounts(database.url, accounts)
    const resend = await startFakeResend()
    ends.push(resend.close)
    const output: string[] = []
    const ports = [await getPort(), await getPort()]
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
    }
    const start = async (port: number): Promise<PairedServer> => {
      const app: App = await startApp('start', { port, variables, onOutput: (chunk) => output.push(chunk) })
      ends.push(app.stop)
      return { url: `http://127.0.0.1:${port}`, terminate: app.stop }
    }
    const servers = [await start(ports[0] as number), await start(ports[1] as number)] as const
    return { servers, database, resend, output, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

export const addressOf = (n: number) => `person${n}@example.com`

async function addAccounts(url: string, count: number) {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  await sql`insert into latchkey.users (email, username, full_name)
    select 'person' || n || '@example.com', 'person' || n, 'Person ' || n from generate_series(0, ${count - 1}) n`
  await sql.end()
}
