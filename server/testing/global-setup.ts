import postgres from 'postgres'
import type { TestProject } from 'vitest/node'
import { startTemporaryPostgres } from '@/scripts/embedded-postgres'
import { migrate } from '@/server/db/migrate'

const TEMPLATE = 'latchkey_template'

declare module 'vitest' {
  interface ProvidedContext {
    /** The PostgreSQL of this run: its URL, and the name of the database to copy. */
    postgres: { url: string; template: string }
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
  project.provide('postgres', { url: server.url, template: TEMPLATE })
  return server.stop
}
