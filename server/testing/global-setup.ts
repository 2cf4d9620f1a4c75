import postgres from 'postgres'
import type { TestProject } from 'vitest/node'
import { startTemporaryPostgres } from '@/scripts/embedded-postgres'
import { migrateTestDatabase } from './migrate-test-database'
import { startPgBouncer } from './pgbouncer'

declare module 'vitest' {
  interface ProvidedContext {
    /**
     * The PostgreSQL of this run: its URL, the same through a pooler, if one is used, and the names of the databases
     * to copy, for each value of ACCOUNTS.
     */
    postgres: { url: string; pooledUrl?: string; templates: { own: string; external: string } }
  }
}

/** Starts one PostgreSQL for the whole run, with migrated templates that every test file copies. */
export default async function setup(project: TestProject) {
  const server = await startTemporaryPostgres()
  const templates = { own: 'latchkey_own', external: 'latchkey_external' }
  const sql = postgres(server.url, { max: 1 })
  for (const name of Object.values(templates)) await sql.unsafe(`create database ${name}`)
  await sql.end()
  await migrateTestDatabase(urlOf(server.url, templates.own), 'own')
  await migrateTestDatabase(urlOf(server.url, templates.external), 'external')
  // `npm run test:all` runs the tests once more through PgBouncer, in transaction mode.
  const pooler = process.env.TEST_POOLING === 'pgbouncer' ? await startPgBouncer(server.url) : undefined
  project.provide('postgres', { url: server.url, pooledUrl: pooler?.url(server.url), templates })
  return async () => {
    await pooler?.stop()
    await server.stop()
  }
}

function urlOf(server: string, database: string): string {
  const url = new URL(server)
  url.pathname = database
  return url.href
}
