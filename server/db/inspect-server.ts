import { setTimeout as sleep } from 'node:timers/promises'
import type postgres from 'postgres'
import { createClient, type Pooling } from './client'
import { readConnectionUrl } from './connection-url'
import { connectError } from './open-socket'

/** What a server turned out to be. */
export interface ServerInspection {
  /** The major version of PostgreSQL. */
  version: number
  /** `shared`: consecutive statements of one connection run in different sessions, as behind a pooler in transaction mode. */
  sessions: 'own' | 'shared'
}

const ANSWER_TIMEOUT_MS = 8_000
const OTHER_CONNECTION_TIMEOUT_MS = 3_000
const ROUNDS = 8

/**
 * Connects as the app does, and finds out what answers. A direct connection takes one statement; only a pooler takes more.
 * @param pooling how the app is told to use connections
 * @throws the error of the connection, or `NO_ANSWER` after 8 seconds
 */
export async function inspectServer(url: string, pooling: Pooling): Promise<ServerInspection> {
  const target = readConnectionUrl(url)
  const { client: first } = createClient(target, { maxConnections: 1, pooling })
  const { client: second } = createClient(target, { maxConnections: 1, pooling })
  try {
    const { version, pid, keyPid } = await within(ANSWER_TIMEOUT_MS, ask(first))
    // PostgreSQL names the session when a connection starts. A pooler makes up a name of its own.
    if (pooling === 'transaction' || pid === keyPid) return { version, sessions: 'own' }
    return { version, sessions: (await sharesSessions(first, second)) ? 'shared' : 'own' }
  } catch (error) {
    if (refusesSettings(error)) return { version: 0, sessions: 'shared' }
    throw error
  } finally {
    await Promise.all([first.end({ timeout: 0 }), second.end({ timeout: 0 })])
  }
}

/** PgBouncer refuses most settings at the start of a connection, in session mode too. */
const refusesSettings = (error: unknown) =>
  error instanceof Error &&
  /unsupported startup parameter: (?:statement_timeout|application_name|search_path)/.test(error.message)

/** The version of PostgreSQL, the session that runs the statement, and the session that the connection was told of. */
async function ask(client: postgres.Sql) {
  const rows = await client`
    select current_setting('server_version_num')::int / 10000 as version, pg_backend_pid() as pid`.simple()
  const { version, pid } = rows[0] as unknown as { version: string; pid: string }
  return { version: Number(version), pid: Number(pid), keyPid: rows.state.pid }
}

/** True once a connection changes its session, or two connections have had the same one. */
async function sharesSessions(first: postgres.Sql, second: postgres.Sql): Promise<boolean> {
  const sessions = { first: new Set<number>(), second: new Set<number>() }
  for (let round = 0; round < ROUNDS; round += 1) {
    sessions.first.add((await within(ANSWER_TIMEOUT_MS, ask(first))).pid)
    // A pooler that gives each connection a session of its own may have only one. The other connection then waits.
    const other = await within(OTHER_CONNECTION_TIMEOUT_MS, ask(second)).catch(() => undefined)
    if (!other) return false
    sessions.second.add(other.pid)
    if (sessions.first.size > 1 || sessions.second.size > 1 || sessions.first.has(other.pid)) return true
  }
  return false
}

function within<Answer>(ms: number, answer: Promise<Answer>): Promise<Answer> {
  const stop = new AbortController()
  const noAnswer = sleep(ms, undefined, { signal: stop.signal }).then(() => {
    throw connectError('NO_ANSWER', `no answer within ${ms / 1000} seconds`)
  })
  noAnswer.catch(() => {})
  return Promise.race([answer, noAnswer]).finally(() => stop.abort())
}
