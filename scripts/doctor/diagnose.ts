import { createDatabase } from '@/server/db/client'
import { readConnectionUrl } from '@/server/db/connection-url'
import type { Environment } from '@/server/env'
import { checkActive, checkPasswordFormat, checkRoundTrip } from './check-accounts'
import { checkBrand } from './check-brand'
import { checkConnections } from './check-connections'
import { checkDirectory } from './check-directory'
import { checkIndexes } from './check-indexes'
import { checkMail } from './check-mail'
import { checkSafety } from './check-safety'
import { checkClock, checkMigrations, checkTls } from './check-server'
import { type Finding, note, ok } from './finding'

/**
 * Checks a configuration against its live database and the email provider. Changes nothing.
 * @param environment a valid environment whose database can be reached
 */
export async function diagnose(environment: Environment): Promise<Finding[]> {
  const { databaseUrl, databasePooling: pooling, accounts } = environment
  const { host, port, socketFolder, database } = readConnectionUrl(databaseUrl)
  const place = `the database ${database} at ${socketFolder ?? `${host}:${port}`}`
  const { db, close } = createDatabase(databaseUrl, { maxConnections: 1, pooling })
  const sql = db.$client
  try {
    const migrations = await checkMigrations(sql)
    const directory = migrations.result === 'ok' ? await checkDirectory(sql) : []
    const isWhole = directory.length > 0 && directory.every(({ result }) => result === 'ok')
    return [
      ok(`the configuration, with ACCOUNTS=${accounts}`),
      ok(`${place} answers${pooling === 'transaction' ? ' through a pooler' : ''}`),
      await checkTls(sql, host, pooling),
      await checkConnections(sql, environment),
      await checkClock(sql),
      migrations,
      ...directory,
      ...(isWhole
        ? [
            ...(await checkSafety(sql, accounts)),
            ...(await checkActive(sql)),
            ...(await checkIndexes(sql)),
            ...(accounts === 'external' ? [await checkPasswordFormat(sql, environment.passwordHash)] : []),
            await checkRoundTrip(sql, environment),
          ]
        : [note('the rest of the account directory was not checked')]),
      ...(await checkMail(environment)),
      ...(await checkBrand(environment)),
    ]
  } finally {
    await close()
  }
}
