import { setTimeout as sleep } from 'node:timers/promises'
import type { ConnectionTarget } from './connection-url'
import { openSocket } from './open-socket'

/** What the server gave at the start of a connection, for cancelling its statements. */
export interface BackendKey {
  pid: number
  secret: number
}

const CANCEL_REQUEST = 80_877_102
const CLOSE_TIMEOUT_MS = 5_000

/** One request after the other: several at once end PgBouncer 1.18 ("bad client state"). */
let lastRequest: Promise<void> = Promise.resolve()

/**
 * Asks the server to cancel a statement, if it still runs when it is its turn. Nothing reports whether it was cancelled, or
 * that the server could not be reached. (The driver's own request ends the process when it cannot connect.)
 * @param statement of the driver: where it runs, and whether it does
 */
export function cancelStatement(
  target: ConnectionTarget,
  statement: { state: BackendKey | null; active: boolean },
): Promise<void> {
  lastRequest = lastRequest.then(() =>
    statement.active && statement.state ? sendRequest(target, statement.state) : undefined,
  )
  return lastRequest
}

async function sendRequest(target: ConnectionTarget, { pid, secret }: BackendKey): Promise<void> {
  const message = Buffer.alloc(16)
  message.writeUInt32BE(message.length, 0)
  message.writeUInt32BE(CANCEL_REQUEST, 4)
  message.writeUInt32BE(pid, 8)
  message.writeUInt32BE(secret, 12)
  const socket = await openSocket(target).catch(() => undefined)
  if (!socket) return
  // The server closes the connection when it has passed the request on. PgBouncer fails if the client closes it first.
  const closed = new Promise<void>((resolve) => socket.resume().once('close', () => resolve()))
  socket.write(message)
  await Promise.race([closed, sleep(CLOSE_TIMEOUT_MS, undefined, { ref: false })])
  socket.destroy()
}
