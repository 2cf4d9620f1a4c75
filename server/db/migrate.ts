import { setTimeout as sleep } from 'node:timers/promises'
import type postgres from 'postgres'
import { createClient } from './client'
import { readConnectionUrl } from './connection-url'
import { isNotAllowed, lockHeld, MigrationError, mayNotRead, notAllowed, tablesLocked } from './migration-error'
import { type Journal, knownMigrations, type Migration, ownDirectory, readJournal } from './migration-journal'
import { JOURNAL_CHANGED, LOCK_HELD, migrationScript } from './migration-script'

/** Marks the directory that `drizzle/own-directory.sql` creates. */
export const OWN_DIRECTORY = 'Latchkey: own accounts'

/** How long to wait by default for another process that migrates, or for transactions that hold the tables. */
const WAIT_MS = 60_000
const PAUSE_MS = 250

/** What `migrate` did. */
export interface MigrationReport {
  /** The names of the migrations that it applied. */
  applied: string[]
  /** How many migrations the database has that this version does not know: it was migrated by a newer version. */
  newer: number
}

/** The line that tells about a database that a newer version has migrated. */
export const newerSchema = (count: number): string =>
  `The database has ${count} ${count === 1 ? 'migration' : 'migrations'} of a newer version. This version goes on working with it until that one removes what it uses.`

/** The database has an account directory that an adopter made, and ACCOUNTS says that there is none. */
export class DirectoryConflict extends MigrationError {
  constructor() {
    super(
      "The view latchkey.accounts leads to the accounts of another application. Set ACCOUNTS=external to use it. To go back to accounts of Latchkey's own, run: drop view latchkey.accounts; drop function latchkey.account_id, latchkey.set_password, latchkey.end_sessions;",
    )
    this.name = 'DirectoryConflict'
  }
}

/**
 * Brings the database to the schema of this version, in one transaction. Several processes may run it at once. A schema that
 * is newer is left as it is.
 * @param url a PostgreSQL connection string, of a pooler too
 * @param accounts `own` also creates the account directory over Latchkey's own accounts; `external` leaves it to the adopter
 * @param options.waitMs how long to wait for other processes and transactions
 * @throws MigrationError when it cannot, and DirectoryConflict with `own`, if the directory leads to another application's accounts
 */
export async function migrate(
  url: string,
  accounts: 'own' | 'external' = 'own',
  { waitMs = WAIT_MS } = {},
): Promise<MigrationReport> {
  // Like a pooler in transaction mode: nothing here needs a session.
  const { client, close } = createClient(readConnectionUrl(url), { maxConnections: 1, pooling: 'transaction' })
  const start = performance.now()
  try {
    for (;;) {
      const work = findWork(await read(client), accounts)
      if (!work.script) return work.report
      const error = await run(client, work.script)
      if (!error) return work.report
      const waitedMs = performance.now() - start
      if (waitedMs > waitMs) throw await explain(client, error, waitedMs)
      await sleep(RETRIED.has(error.code) ? PAUSE_MS : 0)
    }
  } finally {
    await close()
  }
}

async function read(client: postgres.Sql): Promise<Journal> {
  try {
    return await readJournal(client)
  } catch (error) {
    throw isNotAllowed(error) ? await mayNotRead(client, error) : error
  }
}

/** What is left to do, by the journal of the database. */
function findWork(journal: Journal, accounts: 'own' | 'external'): { report: MigrationReport; script?: string } {
  const known = knownMigrations()
  const isKnown = (time: number) => known.some((migration) => migration.time === time)
  const former = journal.rows ? [] : journal.formerTimes.filter(isKnown)
  const applied = new Set([...(journal.rows ?? []).map(({ time }) => time), ...former])
  const pending = known.filter(({ time }) => !applied.has(time))
  const newer = [...applied].filter((time) => time !== null && !isKnown(time)).length
  const directory = accounts === 'own' && newer === 0 ? directoryWork(journal, pending) : undefined
  const report = { applied: pending.map(({ tag }) => tag), newer }
  if (journal.rows && pending.length === 0 && !directory) return { report }
  const rows = journal.rows?.length ?? former.length
  return { report, script: migrationScript({ former, rows, pending, directory }) }
}

/** The directory over Latchkey's own accounts, if it must be created or brought up to date. Never replaces an adopter's. */
function directoryWork({ rows = [], directory }: Journal, pending: Migration[]) {
  if (directory !== undefined && directory !== OWN_DIRECTORY) throw new DirectoryConflict()
  const own = ownDirectory()
  const isPresent = directory !== undefined && rows.some(({ hash }) => hash === own.hash)
  return isPresent && pending.length === 0 ? undefined : own
}

type DatabaseError = Error & { code: string }

const LOCK_NOT_AVAILABLE = '55P03'
const DEADLOCK = '40P01'

/** Errors that end by themselves, after a pause. */
const RETRIED = new Set([LOCK_HELD, LOCK_NOT_AVAILABLE, DEADLOCK])

/** Runs the script. Returns an error that another process caused: the journal must be read again. */
async function run(client: postgres.Sql, script: string): Promise<DatabaseError | undefined> {
  try {
    await client.unsafe(script)
    return undefined
  } catch (thrown) {
    const error = thrown as DatabaseError
    await client.unsafe('rollback').catch(() => {})
    if (RETRIED.has(error.code) || error.code === JOURNAL_CHANGED) return error
    if (isNotAllowed(error)) throw await notAllowed(client, error)
    throw error
  }
}

async function explain(client: postgres.Sql, error: DatabaseError, waitedMs: number): Promise<Error> {
  if (error.code === LOCK_HELD) return lockHeld(client, waitedMs)
  if (error.code === LOCK_NOT_AVAILABLE) return tablesLocked(client, waitedMs)
  return error
}
