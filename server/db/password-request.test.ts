import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'
import { afterAll, expect, it } from 'vitest'
import { explainConnectionError } from './explain-connection-error'
import { inspectServer } from './inspect-server'

/** A server that asks for the password as plain text, as an impostor does, and records what it gets. */
const received: Buffer[] = []
const sockets = new Set<Socket>()
const server = createServer((socket) => {
  sockets.add(socket.on('error', () => {}))
  socket.once('data', () => {
    socket.write(Buffer.from([82, 0, 0, 0, 8, 0, 0, 0, 3]))
    socket.on('data', (data) => received.push(data))
  })
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
afterAll(() => {
  for (const socket of sockets) socket.destroy()
  server.close()
})
const url = (parameters: string) =>
  `postgres://owner:topsecret@127.0.0.1:${(server.address() as AddressInfo).port}/app?${parameters}`

it.each(['channel_binding=require', 'require_auth=scram-sha-256'])(
  'with %s, a server that asks for the password itself does not get it',
  async (parameters) => {
    const line = await inspectServer(url(parameters), 'session').catch((error) =>
      explainConnectionError('DATABASE_URL', url(parameters), error),
    )
    expect(line).toMatch(/asks for the password instead of proving.*scram-sha-256/)
    expect(line).not.toContain('topsecret')
    expect(Buffer.concat(received).toString()).not.toContain('topsecret')
  },
)
