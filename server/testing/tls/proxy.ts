import { readFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import path from 'node:path'
import { TLSSocket } from 'node:tls'

const file = (name: string) => path.join(import.meta.dirname, name)

/** The root certificate that signed the proxy's, which is for `localhost`. */
export const ROOT_CERTIFICATE = file('ca.pem')

const certificate = { cert: readFileSync(file('server.pem')), key: readFileSync(file('server-key.pem')) }

/** Puts TLS in front of a PostgreSQL that has none, as PostgreSQL itself offers it. */
export async function startTlsProxy(targetUrl: string) {
  const target = new URL(targetUrl)
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    sockets.add(client.on('error', () => {}))
    client.once('data', () => {
      client.write('S')
      const tls = new TLSSocket(client, { isServer: true, ...certificate })
      const upstream = connect(Number(target.port), target.hostname)
      for (const socket of [tls, upstream]) socket.on('error', () => {})
      tls.pipe(upstream).pipe(tls)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, resolve))
  return {
    /** The URL through the proxy, for a host name that leads to this machine. */
    url(host: string, parameters: string) {
      const url = new URL(targetUrl)
      url.hostname = host
      url.port = String((server.address() as AddressInfo).port)
      url.search = parameters
      return url.href
    },
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
