import path from 'node:path'
import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate as runMigrations } from 'drizzle-orm/postgres-js/migrator'
import postgres from 'postgres'

/** An arbitrary number. Processes that start together take this lock, so they migrate one after the other. */
const MIGRATION_LOCK = 7_421_904

/**
 * Brings the database to the newest schema in `drizzle/`. Several processes may run it at once.
 * @param databaseUrl a PostgreSQL connection string
 */
export async function migrate(databaseUrl: string): Promise<void> {
  const client = postgres(databaseUrl, { max: 1, connect_timeout: 5, fetch_types: false, onnotice: () => {} })
  try {
    await client`select pg_advisory_lock(${MIGRATION_LOCK})`
    await runMigrations(drizzle(client), { migrationsFolder: path.join(process.cwd(), 'drizzle') })
  } finally {
    await client.end({ timeout: 5 })
  }
}
