import { createDatabase, type Database } from '@/server/db/client'
import { openDatabase } from './environment'

/**
 * Runs a command on the database of DATABASE_URL, or on the embedded one, with one connection.
 * @param given the variables of the environment
 * @throws CliError if the database cannot be reached, and what `work` throws
 */
export async function withDatabase<Result>(
  given: Record<string, string | undefined>,
  work: (db: Database) => Promise<Result>,
): Promise<Result> {
  const database = await openDatabase(given)
  const { db, close } = createDatabase(database.url, { maxConnections: 1, pooling: database.pooling })
  try {
    return await work(db)
  } finally {
    await close()
    await database.stop()
  }
}
