import postgres from 'postgres'
import type { TestProject } from 'vitest/node'
import { startTemporaryPostgres } from '@/scripts/embedded-postgres'
import { migrate } from '@/server/db/migrate'
import { startPgBouncer } from './pgbouncer'

const TEMPLATE = 'latchkey_template'

declare module 'vitest' {
  interface ProvidedContext {
    /** The PostgreSQL of this run: its URL, the same through a pooler, if one is used, and the name of the database to copy. */
    postgres: { url: string; pooledUrl?: string; template: string }
  }
}

/** Starts one PostgreSQL for the whole run, with a migrated template that every test file copies. */
export default async function setup(project: TestProject) {
  const server = await startTemporaryPostgres()
  const template = new URL(server.url)
  template.pathname = TEMPLATE
  const sql = postgres(server.url, { max: 1 })
  await sql.unsafe(`create database ${TEMPLATE}`)
  await sql.end()
  await migrate(template.href)
  // `npm run test:all` runs the tests once more through PgBouncer, in transaction mode.
  const pooler = process.env.TEST_POOLING === 'pgbouncer' ? await startPgBouncer(server.url) : undefined
  project.provide('postgres', { url: server.url, pooledUrl: pooler?.url(server.url), template: TEMPLATE })
  return async () => {
    await pooler?.stop()
    await server.stop()
  }
}
