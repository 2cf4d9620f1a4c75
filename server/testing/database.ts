import { randomBytes } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import { afterAll, expect, inject, vi } from 'vitest'
import { createDatabase, type Database, type DatabaseOptions } from '@/server/db/client'
import * as schema from '@/server/db/schema'
import { TEST_ACCOUNTS } from './accounts'
import type {} from './global-setup' // the type of what it provides

/** How the databases of this run are connected to. */
const POOLING = () => (inject('postgres').pooledUrl ? ('transaction' as const) : ('session' as const))

/**
 * Creates a migrated, empty database for this test file and drops it after the file's last test.
 * Call it at the top of the file: `const { db, url } = await createTestDatabase()`.
 * @returns `url` leads through PgBouncer if the tests run through it; `directUrl` never does
 */
export async function createTestDatabase(options: DatabaseOptions = {}) {
  const name = `test_${randomBytes(8).toString('hex')}`
  const server = inject('postgres')
  const urlOn = (serverUrl: string) => Object.assign(new URL(serverUrl), { pathname: name }).href
  const run = async (statement: string) => {
    const client = postgres(server.url, { max: 1, onnotice: () => {} })
    await client.unsafe(statement).finally(() => client.end())
  }
  await run(`create database ${name} template ${server.templates[TEST_ACCOUNTS]}`)
  const url = urlOn(server.pooledUrl ?? server.url)
  const { db, close } = openTestDatabase(url, options)
  afterAll(async () => {
    await close()
    await run(`drop database ${name} with (force)`)
  })
  return { db, url, directUrl: urlOn(server.url), name }
}

/** Another pool on a database of `createTestDatabase`. */
export const openTestDatabase = (url: string, options: DatabaseOptions = {}) =>
  createDatabase(url, { pooling: POOLING(), ...options })

/** A second pool on a database, which records the text of every statement it runs. */
export function createRecordedDatabase(url: string) {
  const statements: string[] = []
  const client = postgres(url, {
    max: 2,
    prepare: POOLING() === 'session',
    onnotice: () => {},
    debug: (_, query) => void statements.push(query.trim()), // called once for each statement
    fetch_types: false, // would be recorded too
  })
  const db = drizzle(client, { schema }) as Database
  return { db, statements, close: () => client.end() }
}

/** Resolves when exactly `count` statements on the database wait for a lock. */
export const waitForBlocked = (db: Database, count: number): Promise<void> =>
  vi.waitFor(
    async () => {
      const blocked = sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
      expect(await db.execute(blocked)).toHaveLength(count)
    },
    { timeout: 30_000, interval: 10 },
  )
