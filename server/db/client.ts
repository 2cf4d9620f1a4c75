import { PgDialect } from 'drizzle-orm/pg-core'
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import { type SQL, sql } from 'drizzle-orm/sql'
import postgres from 'postgres'
import * as schema from './schema'

export type Database = PostgresJsDatabase<typeof schema> & { $client: postgres.Sql }

/** The longest that any statement may take; nothing here comes near it unless the database is ill. */
const STATEMENT_TIMEOUT_MS = 10_000

/** Always the same: postgres.js would wait longer after each failure, and let every request wait with it. */
const RECONNECT_SECONDS = 0.25

/**
 * Opens a pool of connections, made as they are needed.
 * @returns the typed database and `close`, which lets running statements end.
 */
export function createDatabase(url: string, options: { maxConnections?: number } = {}) {
  const client = postgres(url, {
    max: options.maxConnections ?? 10,
    connect_timeout: 5,
    backoff: () => RECONNECT_SECONDS,
    onnotice: () => {},
    connection: { application_name: 'latchkey', statement_timeout: STATEMENT_TIMEOUT_MS },
  })
  const db: Database = drizzle(client, { schema })
  return { db, close: () => client.end({ timeout: 5 }) }
}

const dialect = new PgDialect()

/** Longer than PostgreSQL's own limit, which is the one to end a slow statement. */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 5_000

/** Gives up on an answer that does not come: the driver can lose a statement whose connection breaks. */
function inTime<Answer>(answer: Promise<Answer> & { cancel(): void }): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const lost = () => Object.assign(new Error('no answer from the database'), { code: 'CONNECTION_LOST' })
    timer = setTimeout(() => {
      answer.cancel() // what still waits for a connection must not run after it was given up
      reject(lost())
    }, ANSWER_TIMEOUT_MS)
  })
  return Promise.race([answer, late]).finally(() => clearTimeout(timer))
}

/**
 * Runs one hand-written statement, prepared once a connection: one round trip each time after the first.
 * (Drizzle's own `execute` prepares nothing and pays a second round trip for the types.)
 */
export async function runStatement<Row>(db: Database, statement: SQL): Promise<Row[]> {
  const { sql: text, params } = dialect.sqlToQuery(statement)
  try {
    return (await inTime(db.$client.unsafe(text, params as never[], { prepare: true }))) as unknown as Row[]
  } catch (error) {
    // The driver's own stack ends at its socket; this one leads to whoever asked.
    if (error instanceof Error) Error.captureStackTrace(error)
    throw error
  }
}

/** An instant as a parameter of a hand-written statement. */
export const instantParam = (at: Date) => sql`${at.toISOString()}::timestamptz`

const causeOf = (error: unknown) => (error instanceof Error && error.cause ? error.cause : error)

/** Connections refused, broken or timed out; PostgreSQL shutting down, starting up or full. */
const OUTAGE =
  /^(?:ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN|CONNECTION_|CONNECT_TIMEOUT|08|57P0|53|55000)/

/** True for the errors of a database that cannot be reached; trying again later may help. */
export const isOutage = (error: unknown): boolean => {
  const cause = causeOf(error)
  return cause instanceof Error && OUTAGE.test((cause as NodeJS.ErrnoException).code ?? '')
}

/** True for the error PostgreSQL gives when a unique index refuses a row. */
export const isUniqueViolation = (error: unknown): boolean => {
  const cause = causeOf(error)
  return cause instanceof postgres.PostgresError && cause.code === '23505'
}

/**
 * True for every error of the database that says nothing against the rows at hand, a time limit and a deadlock
 * too: the same statement may do later. False for the data's own faults (classes 22 and 23) and for a bug.
 */
export const isUnavailable = (error: unknown): boolean => {
  const cause = causeOf(error)
  if (cause instanceof postgres.PostgresError) return !/^2[23]/.test(cause.code)
  return cause instanceof Error && typeof (cause as NodeJS.ErrnoException).code === 'string'
}
