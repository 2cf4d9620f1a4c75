import { afterAll, expect, it } from 'vitest'
import { createTestDatabase } from '@/server/testing/database'
import { ROOT_CERTIFICATE, startTlsProxy } from '@/server/testing/tls/proxy'
import { explainConnectionError } from './explain-connection-error'
import { inspectServer } from './inspect-server'

const { directUrl: plain } = await createTestDatabase()
const proxy = await startTlsProxy(plain)
afterAll(proxy.close)

const root = `sslrootcert=${ROOT_CERTIFICATE}`
const explained = (url: string) =>
  inspectServer(url, 'session').then(
    () => 'connected',
    (error) => explainConnectionError('DATABASE_URL', url, error),
  )

it.each([
  ['localhost', 'sslmode=prefer'],
  ['localhost', 'sslmode=allow'],
  ['localhost', 'sslmode=require&channel_binding=require'],
  ['localhost', `sslmode=verify-ca&${root}`],
  ['127.0.0.1', `sslmode=verify-ca&${root}`],
  ['localhost', `sslmode=verify-full&${root}`],
])('a server with TLS is used at %s with %s', async (host, parameters) => {
  expect(await explained(proxy.url(host, parameters))).toBe('connected')
})

it.each([
  ['localhost', 'sslmode=verify-full', /UNABLE_TO_\w+|SELF_SIGNED\w+/, /Add sslrootcert=<file>/],
  ['127.0.0.1', `sslmode=verify-full&${root}`, /ALTNAME_INVALID/, /host name that the certificate is for/],
  ['localhost', 'sslmode=require&sslrootcert=/does/not/exist.pem', /cannot read the file of sslrootcert/, /PEM files/],
])(
  'a certificate that does not prove the server is refused at %s with %s, with advice',
  async (host, parameters, what, advice) => {
    const line = await explained(proxy.url(host, parameters))
    expect(line).toMatch(what)
    expect(line).toMatch(advice)
    expect(line).toMatch(new RegExp(`^DATABASE_URL: cannot use PostgreSQL at ${host}:\\d+ \\(.*$`))
  },
)

it('a server without TLS is used unless the URL demands it', async () => {
  expect(await explained(`${plain}?sslmode=prefer`)).toBe('connected')
  expect(await explained(`${plain}?sslmode=allow`)).toBe('connected')
  expect(await explained(`${plain}?sslmode=require`)).toMatch(
    /\(the server offers no TLS\)\. Turn on TLS at the server/,
  )
})
