import { createDatabase } from '@/server/db/client'
import type { Environment } from '@/server/env'
import { checkConnections } from './check-connections'
import { lineOf } from './finding'

/** Prints a line if the server processes may open more connections than the database allows. */
export async function warnOfConnections(environment: Environment): Promise<void> {
  const { databaseUrl, databasePooling: pooling } = environment
  const { db, close } = createDatabase(databaseUrl, { maxConnections: 1, pooling })
  try {
    const finding = await checkConnections(db.$client, environment)
    if (finding.result === 'fault') console.error(lineOf(finding))
  } finally {
    await close()
  }
}
