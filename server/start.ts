import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import { EnvironmentError, env } from './env'
import { SOCKET_ADDRESS_HEADER } from './request-meta'
import { onMailQueued } from './runtime'
import { startMailWorker } from './worker'

/**
 * Next tells a route nothing of the socket, and believes a client's own X-Forwarded-For. So the socket's
 * address goes on a private header before Next sees the request, over whatever a client put there.
 */
function stampSocketAddress() {
  subscribe('http.server.request.start', (message) => {
    const { request } = message as { request: IncomingMessage }
    request.headers[SOCKET_ADDRESS_HEADER] = request.socket.remoteAddress ?? ''
  })
}

/** What a server process does before its first request. */
export async function startServer(): Promise<void> {
  try {
    env()
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error
    console.error(error.message)
    process.exit(1)
  }
  stampSocketAddress()
  if (env().mailWorker === 'off') return
  const worker = startMailWorker()
  onMailQueued(worker.wake)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void worker.stop())
}
