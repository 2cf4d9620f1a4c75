import { readFileSync } from 'node:fs'
import net from 'node:net'
import { type ConnectionOptions, rootCertificates, type TLSSocket, connect as tlsConnect } from 'node:tls'
import type { ConnectionTarget } from './connection-url'

/** The message that asks a PostgreSQL server for TLS: its length and a fixed number. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])
const TLS_OFFERED = 'S'.charCodeAt(0)

/** A connection that could not be opened. `code` is Node's, or `TLS_REFUSED` or `CONNECT_TIMEOUT`. */
export type ConnectError = Error & { code: string }

/** @param cause the error that it follows from, if any */
export const connectError = (code: string, message: string, cause?: unknown): ConnectError =>
  Object.assign(new Error(message, { cause }), { code })

/**
 * Opens a connection to a PostgreSQL server, encrypted as the target says, ready for the startup message.
 * postgres.js does not do so itself: it knows fewer kinds of `sslmode`, and its errors do not say what is wrong.
 * @throws ConnectError, or the error of Node.js with its code
 */
export async function openSocket(target: ConnectionTarget): Promise<net.Socket> {
  const tcp = target.socketFolder
    ? net.connect({ path: `${target.socketFolder}/.s.PGSQL.${target.port}` })
    : net.connect({ host: target.host, port: target.port, noDelay: true })
  const timeout = setTimeout(() => {
    tcp.destroy(connectError('CONNECT_TIMEOUT', `no connection within ${target.connectTimeoutMs} ms`))
  }, target.connectTimeoutMs)
  // An error after the end of a wait has its own listeners; without any, it would end the process.
  tcp.on('error', () => {})
  try {
    await once(tcp, 'connect')
    return await encrypted(tcp, target)
  } catch (error) {
    tcp.destroy()
    throw error
  } finally {
    clearTimeout(timeout)
  }
}

async function encrypted(tcp: net.Socket, target: ConnectionTarget): Promise<net.Socket> {
  if (target.sslMode === 'disable' || target.socketFolder) return tcp
  if (!target.directTls) {
    tcp.write(SSL_REQUEST)
    const [answer] = (await once(tcp, 'data')) as [Buffer]
    tcp.pause()
    // What follows the answer was sent in plain text, possibly by a machine in between (CVE-2021-23222).
    if (answer.length > 1) throw connectError('TLS_REFUSED', 'the server sent plain text before TLS')
    if (answer[0] !== TLS_OFFERED) {
      if (target.sslMode === 'allow' || target.sslMode === 'prefer') return tcp.resume()
      throw connectError('TLS_REFUSED', 'the server offers no TLS')
    }
  }
  const tls = tlsConnect({ socket: tcp, ...tlsOptions(target) })
  tls.on('error', () => {})
  await once(tls, 'secureConnect')
  return tls
}

/** What the certificate must prove, as libpq decides it. */
function tlsOptions(target: ConnectionTarget): ConnectionOptions {
  const verifies = target.sslMode === 'verify-ca' || target.sslMode === 'verify-full'
  return {
    servername: net.isIP(target.host) ? undefined : target.host,
    host: target.host,
    rejectUnauthorized: verifies,
    ...(target.sslMode !== 'verify-full' && { checkServerIdentity: () => undefined }),
    ...(target.directTls && { ALPNProtocols: ['postgresql'] }),
    ...(target.rootCertificate && { ca: rootsOf(target.rootCertificate) }),
    ...(target.certificate && { cert: readPem('sslcert', target.certificate) }),
    ...(target.key && { key: readPem('sslkey', target.key), passphrase: target.keyPassword }),
  }
}

const rootsOf = (file: string) => (file === 'system' ? [...rootCertificates] : readPem('sslrootcert', file))

function readPem(parameter: string, file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    throw connectError('TLS_FILE', `cannot read the file of ${parameter}, ${file}`, error)
  }
}

/** Resolves at an event of a socket; rejects when the socket fails or closes first. */
function once(socket: net.Socket | TLSSocket, event: string): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const onEvent = (...values: unknown[]) => settle(() => resolve(values))
    const onError = (error: Error) => settle(() => reject(error))
    const onClose = () => settle(() => reject(connectError('CONNECTION_CLOSED', 'the server closed the connection')))
    const settle = (finish: () => void) => {
      socket.off(event, onEvent).off('error', onError).off('close', onClose)
      finish()
    }
    socket.on(event, onEvent).on('error', onError).on('close', onClose)
  })
}
