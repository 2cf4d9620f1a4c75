import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import type { BackendKey } from './cancel-statement'
import type { ConnectionTarget } from './connection-url'
import { type ConnectError, connectError, openSocket } from './open-socket'
import { startupMessage, startupResult } from './startup'

const SHORTEST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 5_000

/** The pause after a number of failures in a row, in milliseconds: it doubles, less up to a quarter by chance. */
export const pauseAfter = (failures: number, random = Math.random()): number =>
  Math.min(SHORTEST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS) * (1 - random / 4)

type Outcome = ConnectError | undefined

/** Opens the connections of a pool. */
export interface Connector {
  /** A connection for postgres.js. It never rejects: a connection that cannot be opened emits `error`. */
  open(): Promise<Duplex>
  /** Closes the connection with this key, so that the pool opens another instead. Resolves when it is closed. */
  leave(key: BackendKey): Promise<void>
  /** Refuses all further connections. */
  close(): void
}

/**
 * Creates the connector of one pool. After a connection is lost, one attempt tests the server while the others wait for
 * its result. If it fails, further attempts are made one at a time with pauses between them. Until one succeeds, all other
 * calls fail at once. So an outage causes neither many connections nor waiting requests.
 * @param settings for each session, sent at the start of its connection
 */
export function createConnector(target: ConnectionTarget, settings: Record<string, string>): Connector {
  const { user, database } = target
  const startup = startupMessage({ user, database, client_encoding: 'UTF8', ...settings })
  /** True while the last attempt succeeded and no connection has closed since. Attempts are then unlimited. */
  let trusted = false
  /** The attempt that decides. */
  let probe: Promise<Outcome> | undefined
  /** Why the last attempt failed; undefined unless the server is known to be unavailable. */
  let outage: Outcome
  let failures = 0
  let pausedUntil = 0
  let closed = false
  /** The open connections, by their keys. */
  const sockets = new Map<string, Socket>()

  function succeed() {
    trusted = true
    outage = undefined
    failures = 0
    pausedUntil = 0
  }

  function fail(error: ConnectError) {
    trusted = false
    outage = error
    failures += 1
    pausedUntil = performance.now() + pauseAfter(failures)
  }

  async function attempt(isProbe: boolean): Promise<Duplex> {
    let report = (_outcome: Outcome) => {}
    const outcome = new Promise<Outcome>((resolve) => {
      report = resolve
    })
    if (isProbe) probe = outcome
    outcome.then((error) => {
      if (isProbe) probe = undefined
      if (!error) succeed()
      // Attempts that began before the outage was known count as one.
      else if (isProbe || !outage) fail(error)
    })
    try {
      const socket = await openSocket(target)
      socket.once('close', () => {
        trusted = false
      })
      const keep = (key: BackendKey) => {
        sockets.set(nameOf(key), socket)
        socket.once('close', () => sockets.delete(nameOf(key)))
      }
      if (closed) socket.destroy()
      startupResult(socket, target.keepsPassword, keep).then(report)
      return startingWith(startup, socket)
    } catch (error) {
      report(error as ConnectError)
      return refused(error as ConnectError)
    }
  }

  return {
    async open() {
      if (closed) return refused(connectError('CONNECTION_ENDED', 'the pool is closed'))
      if (trusted) return attempt(false)
      if (outage && (probe || performance.now() < pausedUntil)) return refused(again(outage))
      if (!probe) return attempt(true)
      const error = await probe
      return error ? refused(again(error)) : attempt(false)
    },
    async leave(key) {
      const socket = sockets.get(nameOf(key))
      if (socket) await new Promise((resolve) => socket.once('close', resolve).destroy())
    },
    close() {
      closed = true
    },
  }
}

/** A backend's pid alone may occur twice: a proxy leads to several servers. */
const nameOf = ({ pid, secret }: BackendKey) => `${pid} ${secret}`

/** A connection that fails at its first write: postgres.js must have written before a connection closes. */
const refused = (error: ConnectError): Duplex =>
  Object.assign(new Duplex({ read() {}, write: (_chunk, _encoding, done) => done(error) }), { setKeepAlive() {} })

/** The error of an earlier attempt for a statement that made none. */
const again = ({ code, message }: ConnectError): ConnectError => connectError(code, message)

/**
 * Replaces the first write on a connection by our startup message. postgres.js keeps what it could not write before a
 * connection closed, and writes that first on the next one.
 */
function startingWith(startup: Buffer, socket: Socket): Socket {
  const { write } = socket
  socket.write = () => {
    socket.write = write
    return socket.write(startup)
  }
  return socket
}
