import { z } from 'zod'

/** How a connection is encrypted, as libpq's `sslmode` says it. */
export type SslMode = 'disable' | 'allow' | 'prefer' | 'require' | 'verify-ca' | 'verify-full'

/** Where and how to connect, read from a connection URL. */
export interface ConnectionTarget {
  host: string
  port: number
  /** The folder of a Unix socket, instead of a host and a port. */
  socketFolder?: string
  user: string
  password: string
  database: string
  sslMode: SslMode
  /** Refuses a server that asks for the password as plain text or MD5, instead of proving that it knows it (SCRAM). */
  keepsPassword: boolean
  /** Starts TLS at once, without asking first (PostgreSQL 17 and newer). */
  directTls: boolean
  /** Files of certificates and the key. `system` as the root certificate means the system's own. */
  rootCertificate?: string
  certificate?: string
  key?: string
  keyPassword?: string
  /** The longest time for opening a connection, in milliseconds. */
  connectTimeoutMs: number
  applicationName?: string
  /** Settings for the session, as `-c name=value`. Some providers put the name of the database here. */
  options?: string
}

/** Thrown for a connection URL that cannot be used. The message says what it must be, and leaks no part of it. */
export class ConnectionUrlError extends Error {}

const sslModes = z.enum(['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'])

const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|::1|\[::1\])$/

/** True for the name or a loopback address of this machine. IPv6 may have brackets, as in a URL. */
export const isThisMachine = (host: string): boolean => LOOPBACK.test(host)
const DEFAULT_CONNECT_TIMEOUT_S = 5
const LONGEST_CONNECT_TIMEOUT_S = 15

/**
 * Reads a PostgreSQL connection URL as libpq does (PostgreSQL documentation, "Connection Strings"). Parameters that
 * Latchkey has no use for are ignored, those of other drivers too: sent on, they would make PostgreSQL refuse the connection.
 * @throws ConnectionUrlError when the URL cannot be used
 */
export function readConnectionUrl(text: string): ConnectionTarget {
  if (!URL.canParse(text) || !/^postgres(?:ql)?:$/.test(new URL(text).protocol)) {
    throw new ConnectionUrlError('must be the address of a PostgreSQL database, version 14 or newer')
  }
  const url = new URL(text)
  const parameter = (name: string) => url.searchParams.get(name) || undefined
  const host = parameter('host') ?? decode(url.hostname).replace(/^\[|\]$/g, '')
  if (host.includes(',')) throw new ConnectionUrlError('must name a single host, that of the primary server')
  const isSocket = host === '' || host.startsWith('/')
  const user = parameter('user') ?? decode(url.username)
  const rootCertificate = parameter('sslrootcert')
  const given = parameter('sslmode') ?? parameter('ssl') ?? (rootCertificate === 'system' ? 'verify-full' : undefined)
  const sslMode = readSslMode(given, isSocket || isThisMachine(host))
  // Any site of the Internet has a certificate of the system's authorities, so the name must be compared. As libpq does.
  if (rootCertificate === 'system' && sslMode !== 'verify-full')
    throw new ConnectionUrlError('must have sslmode=verify-full with sslrootcert=system')
  return {
    host: isSocket ? 'localhost' : host,
    port: Number(parameter('port') ?? url.port) || 5432,
    ...(host.startsWith('/') && { socketFolder: host }),
    user: user || 'postgres',
    password: parameter('password') ?? decode(url.password),
    database: parameter('dbname') ?? (decode(url.pathname.slice(1)) || user || 'postgres'),
    // libpq, too, checks the certificate if it is told which authority to trust.
    sslMode: sslMode === 'require' && rootCertificate ? 'verify-ca' : sslMode,
    // Without support for channel binding in the driver, at least a server that asks for the password itself is refused.
    keepsPassword:
      parameter('channel_binding') === 'require' || parameter('require_auth')?.startsWith('scram') === true,
    directTls: parameter('sslnegotiation') === 'direct',
    rootCertificate,
    certificate: parameter('sslcert'),
    key: parameter('sslkey'),
    keyPassword: parameter('sslpassword'),
    connectTimeoutMs: readConnectTimeout(parameter('connect_timeout')),
    applicationName: parameter('application_name') ?? parameter('fallback_application_name'),
    options: parameter('options'),
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw new ConnectionUrlError('must have special characters percent-encoded (% itself is %25)')
  }
}

/** Without `sslmode`, a connection is encrypted if the server offers it, as libpq does, except on this machine. */
function readSslMode(text: string | undefined, isLocal: boolean): SslMode {
  if (text === undefined) return isLocal ? 'disable' : 'prefer'
  // `ssl=true` is how JDBC and others write it; `no-verify` is node-postgres's.
  const written = { true: 'require', '1': 'require', 'no-verify': 'require', false: 'disable', '0': 'disable' }[text]
  const mode = sslModes.safeParse(written ?? text)
  if (mode.success) return mode.data
  throw new ConnectionUrlError(`must have as sslmode one of ${sslModes.options.join(', ')}`)
}

function readConnectTimeout(text: string | undefined): number {
  const seconds = Number(text ?? DEFAULT_CONNECT_TIMEOUT_S)
  return Math.min(seconds > 0 ? seconds : DEFAULT_CONNECT_TIMEOUT_S, LONGEST_CONNECT_TIMEOUT_S) * 1000
}

/** Accepts the connection URLs that `readConnectionUrl` can read. */
export const connectionUrl = z.string().superRefine((text, ctx) => {
  try {
    readConnectionUrl(text)
  } catch (error) {
    if (!(error instanceof ConnectionUrlError)) throw error
    const example = 'postgres://user:password@db.example.com:5432/latchkey'
    ctx.addIssue({ code: 'custom', message: error.message, params: { example } })
  }
})
