import type { ConnectionTarget } from './connection-url'
import { openSocket } from './open-socket'

/** What the server gave at the start of a connection, for cancelling its statements. */
export interface BackendKey {
  pid: number
  secret: number
}

const CANCEL_REQUEST = 80_877_102

/**
 * Asks the server to cancel the statement that runs on a connection. Nothing reports whether it did, or that it could
 * not be reached. (The driver's own request ends the process when it cannot connect.)
 */
export async function cancelStatement(target: ConnectionTarget, { pid, secret }: BackendKey): Promise<void> {
  const message = Buffer.alloc(16)
  message.writeUInt32BE(message.length, 0)
  message.writeUInt32BE(CANCEL_REQUEST, 4)
  message.writeUInt32BE(pid, 8)
  message.writeUInt32BE(secret, 12)
  const socket = await openSocket(target).catch(() => undefined)
  socket?.end(message)
}
