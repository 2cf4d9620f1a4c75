import type postgres from 'postgres'
import type { Environment } from '@/server/env'
import { type Finding, fault, note, ok } from './finding'

type Settings = Pick<Environment, 'databasePooling' | 'databaseMaxConnections' | 'webConcurrency'>

/**
 * Checks that the database gives the server processes of this machine as many connections as they may open. Other
 * servers and workers on the database have their own, which are not known here.
 */
export async function checkConnections(sql: postgres.Sql, settings: Settings): Promise<Finding> {
  const { databasePooling, databaseMaxConnections: each, webConcurrency: processes } = settings
  if (databasePooling === 'transaction')
    return note('the number of connections was not checked: a pooler shares them out')
  const [row] = await sql<{ most: number }[]>`
    select least(
      current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
        - coalesce(current_setting('reserved_connections', true), '0')::int,
      (select nullif(rolconnlimit, -1) from pg_roles where rolname = current_user),
      (select nullif(datconnlimit, -1) from pg_database where datname = current_database())) as most`
  const most = Number(row?.most)
  const wanted = processes * each
  const sum =
    processes > 1 ? `${processes} server processes with up to ${each} connections each` : `${each} connections`
  if (wanted <= most) return ok(`${sum}: the database allows ${most}`)
  return fault(
    `${sum} are more than the ${most} that the database allows`,
    `Set DATABASE_MAX_CONNECTIONS to ${Math.max(1, Math.floor(most / processes))} or less, or raise max_connections, or use a pooler`,
  )
}
