import path from 'node:path'
import postgres from 'postgres'
import { migrate } from '@/server/db/migrate'
import { TEST_ACCOUNTS } from './accounts'

/** The database of another application, with an account directory over its table. */
const LEGACY_MEMBERS = path.join(import.meta.dirname, 'legacy-members.sql')

/** Migrates an empty database. `external` gets its accounts from the table of another application. */
export async function migrateTestDatabase(
  databaseUrl: string,
  accounts: 'own' | 'external' = TEST_ACCOUNTS,
): Promise<void> {
  await migrate(databaseUrl, accounts)
  if (accounts === 'own') return
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} })
  await sql.file(LEGACY_MEMBERS).finally(() => sql.end())
}
