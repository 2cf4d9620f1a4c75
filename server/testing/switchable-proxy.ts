import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/**
 * What happens to new connections: `forward` them, `refuse` them (nothing listens), `close` them at once, or answer that
 * the database is still `starting`.
 */
export type ProxyBehaviour = 'forward' | 'refuse' | 'close' | 'starting'

const text = (fields: string) => Buffer.from(`${fields}\0`)

/** PostgreSQL's error while it starts. */
function startingUp(): Buffer {
  const fields = Buffer.concat([
    ...['SFATAL', 'VFATAL', 'C57P03', 'Mthe database system is starting up'].map(text),
    Buffer.alloc(1),
  ])
  const head = Buffer.alloc(5, 'E')
  head.writeUInt32BE(fields.length + 4, 1)
  return Buffer.concat([head, fields])
}

/** A proxy in front of a PostgreSQL whose behaviour can be changed, and which counts connections. */
export async function createSwitchableProxy(targetUrl: string) {
  const target = new URL(targetUrl)
  const upstreamPort = Number(target.port)
  const sockets = new Set<Socket>()
  let behaviour: ProxyBehaviour = 'forward'
  let attempts = 0
  let server: Server | undefined
  let port = 0

  const track = (socket: Socket) => {
    sockets.add(socket.on('error', () => {}))
    return socket.on('close', () => sockets.delete(socket))
  }
  const serve = (client: Socket) => {
    attempts += 1
    track(client)
    if (behaviour === 'close') return client.destroy()
    if (behaviour === 'starting') return client.once('data', () => client.end(startingUp()))
    const upstream = track(connect(upstreamPort, target.hostname))
    client.pipe(upstream).pipe(client)
    client.on('close', () => upstream.destroy())
    return upstream.on('close', () => client.destroy())
  }
  const listen = async () => {
    const next = createServer(serve)
    await new Promise<void>((resolve) => next.listen(port, '127.0.0.1', resolve))
    port = (next.address() as AddressInfo).port
    server = next
  }
  const unlisten = async () => {
    const closed = new Promise((resolve) => server?.close(resolve))
    for (const socket of sockets) socket.destroy()
    await closed
    server = undefined
  }

  await listen()
  const url = new URL(targetUrl)
  url.port = String(port)
  return {
    url: url.href,
    attempts: () => attempts,
    /** Cuts all connections, and changes what happens to new ones. */
    async become(next: ProxyBehaviour) {
      behaviour = next
      if (server) await unlisten()
      if (next !== 'refuse') await listen()
    },
    close: async () => void (server && (await unlisten())),
  }
}
