import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { execa } from 'execa'
import getPort from 'get-port'
import { startApp } from '@/scripts/app'
import { ROOT } from '@/scripts/environment'
import { stopGroup } from '@/scripts/processes'
import { type FakeResend, startFakeResend } from '@/server/testing/fake-resend'
import { migrateTestDatabase } from '@/server/testing/migrate-test-database'
import { addNumberedAccounts } from '@/server/testing/numbered-accounts'
import { type PgBouncer, startPgBouncer } from '@/server/testing/pgbouncer'
import type { PostgresPair } from './postgres-pair'

/** How long the provider takes to answer after it has accepted a call, so that the failover meets a call that is under way. */
const PROVIDER_ANSWERS_AFTER_MS = 200

/**
 * PgBouncer's settings for a failover. Its default for the first is two minutes, for the second 15 s, which would be added
 * to every outage.
 */
export const POOLER_SETTINGS = { query_wait_timeout: '3', server_login_retry: '1', server_connect_timeout: '3' }

/** Latchkey in front of a pair of PostgreSQLs. */
export interface Topology {
  /** The addresses of the two servers. */
  servers: string[]
  pooler: PgBouncer
  resend: FakeResend
  /** What the servers and the worker have logged, in chunks. */
  output: string[]
  stop(): Promise<void>
}

/** Starts PgBouncer, two servers of the production build and a mail worker on the primary of a pair. */
export async function startTopology(pair: PostgresPair, accounts: number): Promise<Topology> {
  const ends: (() => Promise<unknown>)[] = []
  const stop = async () => {
    for (const end of ends.reverse()) await end()
  }
  const output: string[] = []
  const listen = (chunk: string) => void output.push(chunk)
  try {
    await migrateTestDatabase(pair.primary.url, 'own')
    await addNumberedAccounts(pair.primary.url, accounts)
    const pooler = await startPgBouncer(pair.primary.url, POOLER_SETTINGS)
    ends.push(pooler.stop)
    const resend = await startFakeResend()
    ends.push(resend.close)
    resend.fail(
      Array.from({ length: 10_000 }, () => ({ kind: 'hang', forMs: PROVIDER_ANSWERS_AFTER_MS, accepted: true })),
    )

    const ports = [await getPort(), await getPort()]
    const variables = environmentOf(pooler.url(pair.primary.url), pair.primary.url, ports[0] as number, resend.url)
    for (const port of ports) {
      const app = await startApp('start', { port, variables, onOutput: listen, onErrors: listen })
      ends.push(app.kill)
    }
    ends.push(await startWorker(variables, listen))
    return { servers: ports.map((port) => `http://127.0.0.1:${port}`), pooler, resend, output, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function environmentOf(databaseUrl: string, directUrl: string, port: number, resendUrl: string) {
  const { PATH, HOME, TMPDIR } = process.env
  return {
    PATH,
    HOME,
    TMPDIR,
    NODE_ENV: 'production',
    APP_URL: `http://localhost:${port}`,
    APP_SECRET: randomBytes(32).toString('base64'),
    DATABASE_URL: databaseUrl,
    DATABASE_POOLING: 'transaction',
    DATABASE_DIRECT_URL: directUrl,
    RESEND_API_KEY: 're_drill',
    RESEND_BASE_URL: resendUrl,
    MAIL_FROM: 'Latchkey <accounts@example.org>',
    MAIL_WORKER: 'off',
    ACCOUNT_DISCLOSURE: 'conceal',
    RATE_LIMIT_SCALE: '1000000',
    LOG_LEVEL: 'warn',
  }
}

/** Starts the worker as `npm run worker` does. Returns what stops it. */
async function startWorker(variables: Record<string, string | undefined>, listen: (chunk: string) => void) {
  const child = execa(process.execPath, ['--import', 'tsx', 'scripts/worker.ts'], {
    cwd: ROOT,
    env: variables,
    extendEnv: false,
    detached: true,
    stdin: 'ignore',
    buffer: false,
    all: true,
    reject: false,
  })
  child.all.on('data', (chunk: Buffer) => listen(String(chunk)))
  const ready = once(createInterface(child.stdout), 'line')
  const first = await Promise.race([ready, child])
  if (!Array.isArray(first)) throw new Error('The mail worker ended before it was ready')
  return () => stopGroup(child, child)
}
