import { randomBytes } from 'node:crypto'
import postgres from 'postgres'
import { type EmbeddedPostgres, startTemporaryPostgres } from '@/scripts/embedded-postgres'

/**
 * An empty database for one app, in the PostgreSQL of E2E_POSTGRES_URL, which the browser tests share, or else in one of
 * its own. `stop` removes it.
 */
export async function startAppDatabase(): Promise<EmbeddedPostgres> {
  const server = process.env.E2E_POSTGRES_URL
  if (!server) return startTemporaryPostgres()
  const name = `app_${randomBytes(8).toString('hex')}`
  const run = async (statement: string) => {
    const sql = postgres(server, { max: 1, onnotice: () => {} })
    await sql.unsafe(statement).finally(() => sql.end())
  }
  await run(`create database ${name}`)
  return {
    url: Object.assign(new URL(server), { pathname: name }).href,
    stop: () => run(`drop database ${name} with (force)`),
  }
}
