import { eq } from 'drizzle-orm'
import { afterAll, describe, expect, inject, it, vi } from 'vitest'
import { checkConnection } from '@/scripts/check-connection'
import { createTestDatabase } from '@/server/testing/database'
import { startFakePooler } from '@/server/testing/fake-pooler'
import { startPgBouncer } from '@/server/testing/pgbouncer'
import { cancelStatement } from './cancel-statement'
import { createDatabase, instantParam, runStatement } from './client'
import { readConnectionUrl } from './connection-url'
import { inspectServer } from './inspect-server'
import { migrate } from './migrate'
import { MIGRATION_LOCK } from './migration-script'
import { mailOutbox } from './schema'
import { sql } from './sql'

type Cancellable = Parameters<typeof cancelStatement>[1]

const { directUrl } = await createTestDatabase()
const refusing = await startFakePooler(directUrl, 'refuse')
const ignoring = await startFakePooler(directUrl, 'ignore')
afterAll(refusing.close)
afterAll(ignoring.close)

const poolers: [string, string][] = [
  ['that refuses settings', refusing.url],
  ['that ignores settings', ignoring.url],
]
const cancelled: [string, string][] = [['directly', directUrl]]
if (inject('postgres').pooledUrl) {
  const ignored = { ignore_startup_parameters: 'statement_timeout' }
  const real = await startPgBouncer(directUrl)
  const tolerant = await startPgBouncer(directUrl, ignored)
  const roundRobin = await startPgBouncer(directUrl, { ...ignored, server_round_robin: '1' })
  const single = await startPgBouncer(directUrl, { ...ignored, default_pool_size: '1' })
  for (const pooler of [real, tolerant, roundRobin, single]) afterAll(pooler.stop)
  cancelled.push(['through PgBouncer', real.url(directUrl)])
  poolers.push(
    ['PgBouncer', real.url(directUrl)],
    ['PgBouncer that ignores settings', tolerant.url(directUrl)],
    ['PgBouncer that takes the sessions in turn', roundRobin.url(directUrl)],
    ['PgBouncer with one session', single.url(directUrl)],
  )
}

describe.each(poolers)('behind a pooler %s', (_, url) => {
  it('the check at the start names the setting in one line, and passes with it', async () => {
    const message = await checkConnection('DATABASE_URL', url, 'session').catch((error: Error) => error.message)
    expect(message).toMatch(
      /^DATABASE_URL leads to a pooler .*Set DATABASE_POOLING=transaction, and DATABASE_DIRECT_URL.*$/,
    )
    await checkConnection('DATABASE_URL', url, 'transaction')
  })

  it('statements of both kinds run at once, with parameters, many times on each connection', async () => {
    const { db, close } = createDatabase(url, { pooling: 'transaction', maxConnections: 4 })
    const at = new Date('2026-11-20T14:30:00.123Z')
    const both = async (number: number) => {
      const [row] = await runStatement(db, sql`select ${number}::int as number, ${instantParam(at)} as at`)
      expect(row).toEqual({ number, at })
      expect(await db.select().from(mailOutbox).where(eq(mailOutbox.status, 'sent'))).toEqual([])
    }
    await Promise.all(Array.from({ length: 100 }, (_, number) => both(number)))
    await close()
  })

  it('migrations run, several at once, and leave no lock behind', async () => {
    const { db, close } = createDatabase(directUrl)
    await runStatement(db, sql`drop schema latchkey cascade`)
    const reports = await Promise.all([1, 2, 3].map(() => migrate(url)))
    expect(reports.filter(({ applied }) => applied.length > 0)).toHaveLength(1)
    const locks = await runStatement(
      db,
      sql`select 1 from pg_locks where locktype = 'advisory' and objid = ${MIGRATION_LOCK}
        and database = (select oid from pg_database where datname = current_database())`, // other tests migrate too
    )
    expect(locks).toHaveLength(0)
    await close()
  })
})

it('a direct connection is recognised by its first statement', async () => {
  const { sessions, version } = await inspectServer(directUrl, 'session')
  expect(sessions).toBe('own')
  expect(version).toBeGreaterThanOrEqual(14)
})

it.each(cancelled)('statements that take too long are cancelled at the server, many at once: %s', async (_, url) => {
  const { db, close } = createDatabase(url, { pooling: 'transaction', maxConnections: 4 })
  const asDriver = (number: number) => db.$client.unsafe('select pg_sleep(600), $1::int', [number])
  const statements = Array.from({ length: 4 }, (_, number) => asDriver(number))
  const outcomes = Promise.all(statements.map((statement) => statement.catch((error: Error) => error)))
  const { db: direct, close: closeDirect } = createDatabase(directUrl)
  const running = sql`select 1 from pg_stat_activity where query like 'select pg_sleep(600)%' and state = 'active'`
  await vi.waitFor(async () => expect(await runStatement(direct, running)).toHaveLength(4), { timeout: 30_000 })
  for (const statement of statements) cancelStatement(readConnectionUrl(url), statement as unknown as Cancellable)
  expect(await outcomes).toEqual(Array(4).fill(expect.objectContaining({ code: '57014' })))
  expect(await runStatement(db, sql`select 1 as one`)).toEqual([{ one: 1 }])
  await Promise.all([close(), closeDirect()])
})
