import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import { type BackendKey, cancelStatement } from './cancel-statement'
import { type ConnectionTarget, readConnectionUrl } from './connection-url'
import { type Connector, createConnector } from './connector'
import * as schema from './schema'
import { render, type SQL, sql } from './sql'

export type Database = PostgresJsDatabase<typeof schema> & { $client: postgres.Sql }

/** A statement is cancelled after this time. Statements here take milliseconds. */
const STATEMENT_TIMEOUT_MS = 10_000

/** How connections are used: `transaction` behind a pooler that gives each transaction another session. */
export type Pooling = 'session' | 'transaction'

export interface DatabaseOptions {
  /** The connections of the pool; 10 by default. */
  maxConnections?: number
  pooling?: Pooling
}

/**
 * Creates the driver for a target. Behind a pooler in transaction mode, nothing that belongs to a session is used: no
 * prepared statements, and no settings at the start of a connection except those that the URL states itself.
 */
export function createClient(target: ConnectionTarget, { maxConnections = 10, pooling = 'session' }: DatabaseOptions) {
  const settings: Record<string, string> = {}
  if (target.options) settings.options = target.options
  if (pooling === 'session') {
    settings.application_name = target.applicationName ?? 'latchkey'
    settings.statement_timeout = String(STATEMENT_TIMEOUT_MS)
    // Other roles may be able to create functions in "public", which calls without a schema could reach (CVE-2018-1058).
    settings.search_path = 'pg_catalog, pg_temp'
  }
  const connector = createConnector(target, settings)
  const client = postgres({
    host: target.host,
    port: target.port,
    user: target.user,
    pass: target.password,
    database: target.database,
    ssl: false, // The connector sets up TLS.
    socket: connector.open,
    max: maxConnections,
    connect_timeout: target.connectTimeoutMs / 1000,
    backoff: () => 0, // The connector makes the pauses.
    onnotice: () => {},
    prepare: pooling === 'session',
    // No array types are used. The driver does not await this look-up, so a connection that broke during it ended the process.
    fetch_types: false,
    // Never sent: the connector replaces this message. Its length makes the driver write it at once, with what it has kept.
    connection: { application_name: ' '.repeat(1024) },
  } as postgres.Options<Record<string, postgres.PostgresType>>)
  const close = async () => {
    await client.end({ timeout: 5 })
    connector.close()
  }
  return { client, connector, close }
}

/** Where a client connects to, for cancelling its statements, and what opened its connections. */
const origins = new WeakMap<postgres.Sql, { target: ConnectionTarget; connector: Connector }>()

/**
 * Opens a pool that connects when a connection is needed. While PostgreSQL accepts no connections, statements fail at once.
 * @param url a PostgreSQL connection string
 * @returns the typed database, and `close`, which waits at most 5 seconds for running statements
 * @throws ConnectionUrlError when the URL cannot be used
 */
export function createDatabase(url: string, options: DatabaseOptions = {}) {
  const target = readConnectionUrl(url)
  const { client, connector, close } = createClient(target, options)
  origins.set(client, { target, connector })
  const db: Database = drizzle(client, { schema })
  return { db, close }
}

/** Longer than STATEMENT_TIMEOUT_MS, so that PostgreSQL ends a slow statement before we give up on it. */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 5_000

/** A statement of the driver, with the parts that it does not declare. */
type Statement<Answer> = Promise<Answer> & { cancel(): void; state: BackendKey | null; active: boolean }

/** How long a cancelled statement may take to end. */
const CANCEL_TIMEOUT_MS = 5_000

/**
 * Rejects when no answer comes in time, and cancels the statement: the driver can lose one whose connection breaks, and
 * behind a pooler in transaction mode PostgreSQL has no time limit of its own.
 */
function inTime<Answer>(client: postgres.Sql, statement: Statement<Answer>): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      // A statement that still waits for a connection must not run after its caller has given up.
      if (!statement.state) statement.cancel()
      else giveUp(client, statement)
      reject(Object.assign(new Error('no answer from the database'), { code: 'CONNECTION_LOST' }))
    }, ANSWER_TIMEOUT_MS)
  })
  return Promise.race([statement, timeout]).finally(() => clearTimeout(timer))
}

/**
 * Cancels a statement, and closes its connection if it goes on. A server that has vanished closes no connection. Without
 * this, the pool would keep its connections until the kernel gives up, after a quarter of an hour.
 */
function giveUp(client: postgres.Sql, statement: Statement<unknown>): void {
  const origin = origins.get(client)
  if (!origin) return
  void cancelStatement(origin.target, statement)
  const leave = () => {
    if (statement.active && statement.state) void origin.connector.leave(statement.state)
  }
  setTimeout(leave, CANCEL_TIMEOUT_MS).unref()
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
 * Runs one hand-written statement. It is prepared once per connection, unless the pool may use no sessions, so later runs
 * take one round trip.
 * (Drizzle's `execute` prepares nothing, and takes a second round trip for the types.)
 * @returns the rows; `timestamptz` columns are Dates
 * @throws the driver's error, or `CONNECTION_LOST` when no answer comes within 15 seconds
 */
export async function runStatement<Row>(db: Database, statement: SQL): Promise<Row[]> {
  const { text, parameters } = render(statement)
  const running = db.$client.unsafe(text, parameters as never[], { prepare: true })
  try {
    const rows = await inTime(db.$client, running as unknown as Statement<postgres.RowList<postgres.Row[]>>)
    parseTimestamps(rows)
    return rows as unknown as Row[]
  } catch (error) {
    if (isReadOnly(error)) await leaveServer(db.$client, running as unknown as Statement<unknown>)
    // The driver's stack ends at its socket. This one shows the caller.
    if (error instanceof Error) Error.captureStackTrace(error)
    throw error
  }
}

/** A point in time as a parameter of a hand-written statement. */
export const instantParam = (at: Date) => sql`${at}::timestamptz`

/** After a failover, a connection may still lead to the server that was the primary, or to a standby. */
const isReadOnly = (error: unknown): boolean => error instanceof postgres.PostgresError && error.code === '25006'

/** Closes the connection of a statement. The next one follows the address, which leads to the new primary by then. */
async function leaveServer(client: postgres.Sql, { state }: Statement<unknown>): Promise<void> {
  if (state) await origins.get(client)?.connector.leave(state)
}

const causeOf = (error: unknown) => (error instanceof Error && error.cause ? error.cause : error)

/**
 * Connections refused, broken or timed out; PostgreSQL shutting down, starting up, full or read-only (a standby, or the
 * primary from before a failover); a deadlock or a conflict that it ended.
 */
const OUTAGE =
  /^(?:ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|CONNECTION_|CONNECT_TIMEOUT|08|57P0|53|55000|25006|40001|40P01)/

/** True when the database could not be reached or gave up: the same statement may succeed later. */
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
