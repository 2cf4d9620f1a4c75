import path from 'node:path'
import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate as runMigrations } from 'drizzle-orm/postgres-js/migrator'
import postgres from 'postgres'

/** An arbitrary number. Processes that start together take this lock, so they migrate one after the other. */
const MIGRATION_LOCK = 7_421_904

/**
 * Brings the database to the newest schema in `drizzle/`. Several processes may run it at once.
 * @param databaseUrl a PostgreSQL connection string
 * @param accounts `own` also creates the account directory over Latchkey's own accounts; `external` leaves it to the adopter
 * @throws DirectoryConflict with `own`, if the directory leads to another application's accounts
 */
export async function migrate(databaseUrl: string, accounts: 'own' | 'external' = 'own'): Promise<void> {
  const client = postgres(databaseUrl, { max: 1, connect_timeout: 5, fetch_types: false, onnotice: () => {} })
  try {
    await client`select pg_advisory_lock(${MIGRATION_LOCK})`
    await client`create schema if not exists latchkey`
    // A new database gets all tables in "latchkey". Those of an older one are in "public" until they are moved.
    await client`set search_path to latchkey, public`
    await runMigrations(drizzle(client), { migrationsFolder: path.join(process.cwd(), 'drizzle') })
    if (accounts === 'own') await createOwnDirectory(client)
  } finally {
    await client.end({ timeout: 5 })
  }
}

/** Marks the directory that `drizzle/own-directory.sql` creates. */
const OWN_DIRECTORY = 'Latchkey: own accounts'

/** The database has an account directory that an adopter made, and ACCOUNTS says that there is none. */
export class DirectoryConflict extends Error {
  constructor() {
    super(
      "The view latchkey.accounts leads to the accounts of another application. Set ACCOUNTS=external to use it, or drop the view to go back to accounts of Latchkey's own.",
    )
    this.name = 'DirectoryConflict'
  }
}

/** Creates the account directory over `latchkey.users`, or brings it up to date. Never replaces an adopter's. */
async function createOwnDirectory(client: postgres.Sql) {
  const [existing] = await client`
    select obj_description(to_regclass('latchkey.accounts'), 'pg_class') as comment
    where to_regclass('latchkey.accounts') is not null`
  if (existing && existing.comment !== OWN_DIRECTORY) throw new DirectoryConflict()
  await client.file(path.join(process.cwd(), 'drizzle', 'own-directory.sql'))
}
