import { expect, it } from 'vitest'
import { ConnectionUrlError, readConnectionUrl } from './connection-url'

it.each([
  [
    'Neon, pooled',
    'postgresql://neondb_owner:npg_a1@ep-cool-1234-pooler.eu-central-1.aws.neon.tech/neondb?sslmode=require&channel_binding=require',
    {
      host: 'ep-cool-1234-pooler.eu-central-1.aws.neon.tech',
      port: 5432,
      user: 'neondb_owner',
      database: 'neondb',
      sslMode: 'require',
    },
  ],
  [
    'Supabase, transaction pooler, as written for Prisma',
    'postgres://postgres.abcd:p%40ss@aws-0-eu-central-1.pooler.supabase.com:6543/postgres?pgbouncer=true&connection_limit=1',
    { port: 6543, user: 'postgres.abcd', password: 'p@ss', database: 'postgres', sslMode: 'prefer' },
  ],
  [
    'Azure',
    'postgres://me%40server:secret@server.postgres.database.azure.com:5432/app?sslmode=verify-full&sslrootcert=system',
    { user: 'me@server', sslMode: 'verify-full', rootCertificate: 'system' },
  ],
  [
    'libpq, with everything it knows',
    'postgres://u:p@db.example.com/app?connect_timeout=10&application_name=mine&options=-c%20search_path%3Dx&target_session_attrs=any&gssencmode=disable&keepalives=1&client_encoding=UTF8&load_balance_hosts=disable',
    { connectTimeoutMs: 10_000, applicationName: 'mine', options: '-c search_path=x' },
  ],
  [
    'a root certificate makes require check it',
    'postgres://u@h/d?sslmode=require&sslrootcert=/ca',
    { sslMode: 'verify-ca' },
  ],
  [
    "the system's certificates make it check the name",
    'postgres://u@h/d?sslrootcert=system',
    { sslMode: 'verify-full' },
  ],
  ['JDBC and Heroku', 'postgres://u:p@h/d?ssl=true', { sslMode: 'require' }],
  ['node-postgres', 'postgres://u:p@h/d?sslmode=no-verify', { sslMode: 'require' }],
  ['this machine, without sslmode', 'postgres://u:p@127.0.0.1/d', { sslMode: 'disable' }],
  [
    'a Unix socket',
    'postgres:///d?host=/var/run/postgresql&user=u',
    { socketFolder: '/var/run/postgresql', user: 'u' },
  ],
  ['IPv6', 'postgres://u:p@[2001:db8::1]:6432/d', { host: '2001:db8::1', port: 6432, sslMode: 'prefer' }],
  ['no timeout', 'postgres://u@h/d?connect_timeout=0', { connectTimeoutMs: 5_000 }],
])('a URL is read as its provider means it: %s', (_, url, expected) => {
  expect(readConnectionUrl(url)).toMatchObject(expected)
})

it.each([
  ['mysql://u:p@h/d', /PostgreSQL/],
  ['postgres://u:p@h/d?sslmode=maybe', /sslmode one of disable, allow, prefer, require, verify-ca, verify-full/],
  ['postgres://u:p@h/d?sslmode=require&sslrootcert=system', /sslmode=verify-full/],
  ['postgres://u:p@primary,standby/d', /single host/],
  ['postgres://u:100%@h/d', /percent-encoded/],
])('a URL that cannot be used is refused, and no part of it is shown: %s', (url, reason) => {
  const read = () => readConnectionUrl(url)
  expect(read).toThrow(ConnectionUrlError)
  expect(read).toThrow(reason)
  expect(read).not.toThrow(/u:/)
})
