import type postgres from 'postgres'
import type { Pooling } from '@/server/db/client'
import { isThisMachine } from '@/server/db/connection-url'
import { isNotAllowed, mayNotRead } from '@/server/db/migration-error'
import { type Journal, knownMigrations, readJournal } from '@/server/db/migration-journal'
import { type Finding, fault, note, ok } from './finding'

/** The clocks of the server and of the database may differ by this much, in milliseconds. */
const MAX_CLOCK_DIFFERENCE_MS = 2_000

/** Checks that the connection is encrypted, unless it stays on this machine. */
export async function checkTls(sql: postgres.Sql, host: string, pooling: Pooling): Promise<Finding> {
  if (isThisMachine(host)) return ok('the connection to the database stays on this machine')
  if (pooling === 'transaction')
    return note('TLS was not checked: the connection ends at a pooler. Use sslmode=verify-full')
  const [row] = await sql`select ssl, version from pg_stat_ssl where pid = pg_backend_pid()`
  if (row?.ssl) return ok(`the connection to the database is encrypted (${row.version})`)
  return fault(
    'the connection to the database is not encrypted: password hashes and addresses cross the network in the clear',
    'Add sslmode=verify-full to the URL, or sslmode=require if the server has no certificate of a known authority',
  )
}

/** Checks that the clocks agree: lifetimes of links and codes are counted with the clock of the server. */
export async function checkClock(sql: postgres.Sql): Promise<Finding> {
  const before = Date.now()
  const [row] = await sql`select extract(epoch from clock_timestamp()) * 1000 as now`
  const after = Date.now()
  const difference = Math.max(before - Number(row?.now), Number(row?.now) - after, 0)
  if (difference <= MAX_CLOCK_DIFFERENCE_MS) return ok('the clocks of this machine and of the database agree')
  return fault(
    `the clocks of this machine and of the database differ by ${Math.round(difference / 1000)} seconds`,
    'Set both by NTP, for example with systemd-timesyncd or chrony',
  )
}

/** Checks that the database has every migration of this version. */
export async function checkMigrations(sql: postgres.Sql): Promise<Finding> {
  let journal: Journal
  try {
    journal = await readJournal(sql)
  } catch (error) {
    if (!isNotAllowed(error)) throw error
    return { result: 'fault', text: (await mayNotRead(sql, error)).message }
  }
  const applied = new Set((journal.rows ?? []).map(({ time }) => time))
  const missing = knownMigrations().filter(({ time }) => !applied.has(time))
  if (missing.length === 0) return ok('every migration is applied')
  const names = missing.map(({ tag }) => tag).join(', ')
  return fault(`migrations are missing: ${names}`, 'Run: npm run migrate')
}
