import { PgDialect } from 'drizzle-orm/pg-core'
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import { type SQL, sql } from 'drizzle-orm/sql'
import postgres from 'postgres'
import * as schema from './schema'

export type Database = PostgresJsDatabase<typeof schema> & { $client: postgres.Sql }

/** PostgreSQL cancels a statement after this time. Statements here take milliseconds. */
const STATEMENT_TIMEOUT_MS = 10_000

/** A fixed pause. By default postgres.js waits longer after each failure, and every request waits with it. */
const RECONNECT_SECONDS = 0.25

/**
 * Opens a pool that connects when a connection is needed.
 * @param url a PostgreSQL connection string
 * @returns the typed database, and `close`, which waits at most 5 seconds for running statements
 */
export function createDatabase(url: string, options: { maxConnections?: number } = {}) {
  const client = postgres(url, {
    max: options.maxConnections ?? 10,
    connect_timeout: 5,
    backoff: () => RECONNECT_SECONDS,
    onnotice: () => {},
    // No array types are used. The driver does not await this look-up, so a connection that broke during it ended the process.
    fetch_types: false,
    connection: { application_name: 'latchkey', statement_timeout: STATEMENT_TIMEOUT_MS },
  })
  const db: Database = drizzle(client, { schema })
  return { db, close: () => client.end({ timeout: 5 }) }
}

const dialect = new PgDialect()

/** Longer than STATEMENT_TIMEOUT_MS, so that PostgreSQL ends a slow statement before we give up on it. */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 5_000

/** Rejects when no answer comes in time: the driver can lose a statement whose connection breaks. */
function inTime<Answer>(answer: Promise<Answer> & { cancel(): void }): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      // A statement that still waits for a connection must not run after its caller has given up.
      answer.cancel()
      reject(Object.assign(new Error('no answer from the database'), { code: 'CONNECTION_LOST' }))
    }, ANSWER_TIMEOUT_MS)
  })
  return Promise.race([answer, timeout]).finally(() => clearTimeout(timer))
}

/** The type of a `timestamptz` column in a result (`pg_type.oid`). */
const TIMESTAMPTZ = 1184

/** Parses the timestamps of a result. Drizzle switches off the driver's own parser for them. */
function parseTimestamps(rows: postgres.RowList<postgres.Row[]>): void {
  const timestamps = (rows.columns ?? []).filter((column) => column.type === TIMESTAMPTZ)
  for (const row of rows) {
    for (const { name } of timestamps) if (row[name] !== null) row[name] = new Date(row[name])
  }
}

/**
 * Runs one hand-written statement. It is prepared once per connection, so later runs take one round trip.
 * (Drizzle's `execute` prepares nothing, and takes a second round trip for the types.)
 * @returns the rows; `timestamptz` columns are Dates
 * @throws the driver's error, or `CONNECTION_LOST` when no answer comes within 15 seconds
 */
export async function runStatement<Row>(db: Database, statement: SQL): Promise<Row[]> {
  const { sql: text, params } = dialect.sqlToQuery(statement)
  try {
    const rows = await inTime(db.$client.unsafe(text, params as never[], { prepare: true }))
    parseTimestamps(rows)
    return rows as unknown as Row[]
  } catch (error) {
    // The driver's stack ends at its socket. This one shows the caller.
    if (error instanceof Error) Error.captureStackTrace(error)
    throw error
  }
}

/** A point in time as a parameter of a hand-written statement. */
export const instantParam = (at: Date) => sql`${at.toISOString()}::timestamptz`

const causeOf = (error: unknown) => (error instanceof Error && error.cause ? error.cause : error)

/** Connections refused, broken or timed out; PostgreSQL shutting down, starting up or full. */
const OUTAGE =
  /^(?:ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN|CONNECTION_|CONNECT_TIMEOUT|08|57P0|53|55000)/

/** True when the database could not be reached: the same statement may succeed later. */
export const isOutage = (error: unknown): boolean => {
  const cause = causeOf(error)
  return cause instanceof Error && OUTAGE.test((cause as NodeJS.ErrnoException).code ?? '')
}

/** True when a unique index refused a row. */
export const isUniqueViolation = (error: unknown): boolean => {
  const cause = causeOf(error)
  return cause instanceof postgres.PostgresError && cause.code === '23505'
}

/**
 * True for every database error that the rows did not cause, including timeouts and deadlocks: the same
 * statement may succeed later. False for invalid data (SQLSTATE classes 22 and 23) and for programming errors.
 */
export const isUnavailable = (error: unknown): boolean => {
  const cause = causeOf(error)
  if (cause instanceof postgres.PostgresError) return !/^2[23]/.test(cause.code)
  return cause instanceof Error && typeof (cause as NodeJS.ErrnoException).code === 'string'
}
