import type { Sql } from 'postgres'
import { emailOf, linkToken } from './bulk-load'
import type { Template } from './generate'
import { post } from './send'

/** Which server a case calls. `none`: the case runs in this process. */
type Server = 'latchkey' | 'rival' | 'none'

export interface Case {
  /** Names the case on the command line. */
  id: string
  /** Names it in the results. */
  name: string
  server: Server
  template?: Template
  /** The only status that is right. */
  status: number
  /** How many requests are under way at once. */
  connections: number
  /** How many rows its requests have made so far, one for each accepted one. */
  countRows?: (sql: Sql) => Promise<number>
  /** Requests per second that it will not reach, by which its accounts are counted. */
  atMost: number
  /** Set if each request needs an account of its own. */
  accounts?: 'any' | 'with a link'
}

const CONNECTIONS = 16
/** Argon2id keeps a thread busy, of which Node.js has four. */
const HASHES = 4

const oneRow = async (query: Promise<{ n: string }[]>) => Number((await query)[0]?.n)
const requests = (sql: Sql) => oneRow(sql<{ n: string }[]>`select count(*) as n from latchkey.mail_outbox`)
const tries = (sql: Sql) =>
  oneRow(
    sql<{ n: string }[]>`select coalesce(sum(tries), 0) as n from latchkey.code_lockouts where subject like 'typed %'`,
  )
const redeemed = (sql: Sql) =>
  oneRow(sql<{ n: string }[]>`select count(*) as n from latchkey.password_reset_tokens where used_at is not null`)
const verifications = (sql: Sql) => oneRow(sql<{ n: string }[]>`select count(*) as n from verification`)

const shared = { server: 'latchkey', status: 200, connections: CONNECTIONS, atMost: 3_000 } as const

const request = (account: string) => ({
  ...shared,
  template: post('recovery.request', { account }),
  countRows: requests,
})

/** The request for an email of a documented interface, for an account that was not asked for yet. */
const contract = (id: string, method: Template['method'], path: string, field = 'email'): Case => ({
  ...shared,
  id,
  name: `contract ${id}`,
  template: { method, path, body: JSON.stringify({ [field]: emailOf('{n}') }) },
  countRows: requests,
  accounts: 'any',
})

const PASSWORD = 'plum river lantern 42'

export const CONTRACTS: Case[] = [
  contract('secure', 'POST', '/secure/reset-password/send', 'account'),
  contract('accounts', 'PUT', '/api/accounts/forgot_password'),
  contract('initiate', 'POST', '/initiate_reset_forgotten_password/'),
  contract('views', 'POST', '/forgot-password/'),
  contract('jwt', 'POST', '/api/auth/forgot-password/'),
  contract('v1', 'POST', '/api/v1/auth/password-reset-email'),
]

/** @param sessionToken of a session that stays open */
export const listCases = (sessionToken: string): Case[] => [
  { ...shared, id: 'bare', name: 'a bare route, GET /healthz', template: { method: 'GET', path: '/healthz' } },
  {
    ...shared,
    id: 'bare-json',
    name: 'a bare route that reads JSON, POST',
    server: 'rival',
    template: { method: 'POST', path: '/bare', body: JSON.stringify({ account: emailOf('{n}') }) },
  },
  {
    ...shared,
    id: 'terms',
    name: 'recovery.terms',
    template: { method: 'GET', path: '/api/trpc/recovery.terms' },
  },
  { ...request(emailOf('{n}')), id: 'request-known', name: 'recovery.request, known', accounts: 'any' },
  { ...request('none{n}@example.com'), id: 'request-unknown', name: 'recovery.request, unknown' },
  {
    ...shared,
    id: 'verify',
    name: 'recovery.verifyCode, wrong',
    // Two tries for each name: the third would block it.
    template: post('recovery.verifyCode', { account: 'guess{half}@example.com', code: '000000' }),
    status: 400,
    countRows: tries,
  },
  {
    ...shared,
    id: 'session',
    name: 'session.current',
    template: {
      method: 'GET',
      path: '/api/trpc/session.current',
      headers: { authorization: `Bearer ${sessionToken}` },
    },
  },
  ...CONTRACTS,
  {
    ...shared,
    id: 'better-auth',
    name: 'better-auth, request-password-reset, known',
    server: 'rival',
    template: {
      method: 'POST',
      path: '/api/auth/request-password-reset',
      body: JSON.stringify({ email: emailOf('{n}'), redirectTo: '/reset-password' }),
    },
    countRows: verifications,
    accounts: 'any',
  },
  {
    ...shared,
    id: 'reset',
    name: 'recovery.resetPassword',
    template: post('recovery.resetPassword', {
      token: linkToken('{n}'),
      password: PASSWORD,
      confirmPassword: PASSWORD,
    }),
    connections: HASHES,
    countRows: redeemed,
    accounts: 'with a link',
    atMost: 300,
  },
  {
    id: 'hash',
    name: 'argon2id alone',
    server: 'none',
    status: 200,
    connections: HASHES,
    atMost: 300,
  },
]
