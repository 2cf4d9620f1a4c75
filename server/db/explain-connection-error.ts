import { readConnectionUrl } from './connection-url'

const FORM_OF_THE_URL = 'Check the user, the password (special characters percent-encoded) and the database in the URL.'
const UNKNOWN_AUTHORITY =
  'Add sslrootcert=<file> to the URL, with the root certificate of the authority (your provider offers it for download).'

/** What to do about an error, by its code or message. The first that matches counts. */
const ADVICE: [RegExp, string][] = [
  [/no pg_hba\.conf entry.*(?:no encryption|SSL off)|SSL.*required|ssl_required/i, 'Add sslmode=require to the URL.'],
  [/no pg_hba\.conf entry/, 'Allow this host, user and database in pg_hba.conf, or in your provider’s network rules.'],
  [/TLS_REFUSED/, 'Turn on TLS at the server, or change sslmode to prefer if you trust the network in between.'],
  [/SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET_ISSUER)|CERT_UNTRUSTED/, UNKNOWN_AUTHORITY],
  [/CERT_HAS_EXPIRED/, 'Renew the certificate of the server.'],
  [
    /ERR_TLS_CERT_ALTNAME_INVALID/,
    'Use the host name that the certificate is for, or change sslmode to verify-ca, which does not compare names.',
  ],
  [/TLS_FILE|ERR_OSSL|PEM/, 'Check that sslrootcert, sslcert and sslkey name PEM files that this user can read.'],
  [/EPROTO|ERR_SSL/, 'Check that the port is that of PostgreSQL, and that it offers TLS 1.2 or newer.'],
  [
    /PASSWORD_REFUSED/,
    'Let PostgreSQL use scram-sha-256 (password_encryption, pg_hba.conf). If it does, another machine answers in its place.',
  ],
  [/28P01|28000|SASL|password/i, FORM_OF_THE_URL],
  [/3D000/, 'Create the database, or correct its name in the URL.'],
  [/unsupported startup parameter: options/, 'The pooler refuses the parameter options. Remove it from the URL.'],
  [/53300/, 'Lower DATABASE_MAX_CONNECTIONS, raise max_connections, or use a pooler.'],
  [/ENOTFOUND|EAI_AGAIN/, 'Check the host name in the URL.'],
  [/ENETUNREACH|EHOSTUNREACH/, 'This machine has no route to the host; some hosts have only an IPv6 address.'],
  [
    /NO_ANSWER/,
    'If a pooler answers there, check that it reaches PostgreSQL, and set DATABASE_POOLING=transaction if it pools by transaction.',
  ],
]

/**
 * Says in one line why a database cannot be used and what to do. It names the host, never the user or the password.
 * @param variable the variable that holds the URL
 */
export function explainConnectionError(variable: string, url: string, error: unknown): string {
  const { host, port, socketFolder } = readConnectionUrl(url)
  const { code = '', message = String(error) } = error instanceof Error ? (error as NodeJS.ErrnoException) : {}
  // Messages of Node.js repeat the address. Those of PostgreSQL say the most.
  const why =
    /^[A-Z]{2,}[A-Z_]*$/.test(code) && !/^(?:TLS|NO_ANSWER|CONNECT|PASSWORD)/.test(code) ? code : message || code
  const advice = ADVICE.find(([pattern]) => pattern.test(`${code} ${message}`))?.[1]
  const place = socketFolder ?? `${host}:${port}`
  const fallback = 'Check that it is running and that the URL is right.'
  return `${variable}: cannot use PostgreSQL at ${place} (${why.replace(/\s+/g, ' ')}). ${advice ?? fallback}`
}

/** The line for a database whose pooler needs the setting. */
export const explainPooler = (variable: string): string =>
  variable === 'DATABASE_DIRECT_URL'
    ? 'DATABASE_DIRECT_URL leads to a pooler, which shares sessions. Set it to the address of PostgreSQL itself.'
    : 'DATABASE_URL leads to a pooler that shares sessions or refuses settings. Set DATABASE_POOLING=transaction, and DATABASE_DIRECT_URL to the address of PostgreSQL itself.'
