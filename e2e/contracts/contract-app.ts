import { setTimeout as pause } from 'node:timers/promises'
import postgres from 'postgres'
import { NEW_PASSWORD, newUsername } from '@/e2e/accounts'
import { words } from '@/e2e/words'
import { createDatabase } from '@/server/db/client'
import { advanceTime } from './advance-time'
import { type HttpRequest, type HttpResponse, send } from './http-client'
import { createValidator, type OpenApi } from './openapi-validator'
import type { Placeholders } from './placeholders'
import { serveExternalAccounts, serveOwnAccounts } from './served-app'

/** An origin that CORS_ORIGINS allows. */
export const ALLOWED_ORIGIN = 'https://app.example.com'
const CONDITION_TIMEOUT_MS = 60_000

export type ContractApp = Awaited<ReturnType<typeof startContractApp>>

/** Starts the production build with one disclosure, and returns all that the contract tests read and change of it. */
export async function startContractApp(disclosure: 'conceal' | 'reveal', accounts: 'own' | 'external' = 'own') {
  const serve = { own: serveOwnAccounts, external: serveExternalAccounts }[accounts]
  const app = await serve({
    ACCOUNT_DISCLOSURE: disclosure,
    CORS_ORIGINS: ALLOWED_ORIGIN,
    TRUSTED_PROXY_HOPS: '1', // so that each request can come from its own address
    RATE_LIMIT_SCALE: '0.2',
    LOG_LEVEL: 'silent',
  })
  const { db, close } = createDatabase(app.databaseUrl, { maxConnections: 1 })
  const sql = db.$client
  const document = JSON.parse((await send(app.url, { method: 'GET', path: '/api/openapi.json' })).text) as OpenApi
  const validate = createValidator(document)
  let addresses = 0

  const contractApp = {
    url: app.url,
    disclosure,
    accounts,
    sql,
    serviceApiKey: app.serviceApiKey,
    demoPassword: app.demoPassword,
    document,
    /** Every documented status that was answered so far, as `POST /path 200`. */
    answeredStatuses: validate.answeredStatuses,

    /** An address whose /24 made no other request. */
    newClientAddress: () => `10.${++addresses >> 8}.${addresses & 255}.1`,

    /** Sends a request, by default from an address that made no other, and validates the response. */
    async request({ from, ...sent }: HttpRequest & { from?: string }): Promise<HttpResponse> {
      const headers = { 'x-forwarded-for': from ?? contractApp.newClientAddress(), ...sent.headers }
      const response = await send(app.url, { ...sent, headers })
      validate(sent.method, sent.path, response)
      return response
    },

    /** Sends JSON from an address that made no other request. */
    sendJson: (method: 'POST' | 'PUT', path: string, body: object, headers: Record<string, string> = {}) =>
      contractApp.request({
        method,
        path,
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),

    /** Adds an account and returns the placeholders that a scenario starts with. */
    async newAccount(): Promise<Placeholders & { email: string; password: string }> {
      const { email, username, fullName, password } = await app.addAccount(db)
      return {
        app: app.url,
        email,
        username,
        fullName,
        maskedEmail: 'r•••@e•••.com',
        password,
        newPassword: NEW_PASSWORD,
        unknownEmail: `${newUsername()}@example.com`,
        unknownUsername: newUsername(),
        serviceKey: app.serviceApiKey,
      }
    },

    /** Signs in and returns the session token, which is empty when the sign-in is refused. */
    async signIn(account: string, password: string): Promise<string> {
      if (app.signIn) return app.signIn(db, account, password)
      const { headers } = await contractApp.sendJson('POST', '/api/trpc/session.signIn', { account, password })
      return /latchkey-session=([^;]+)/.exec(headers['set-cookie'] ?? '')?.[1] ?? ''
    },

    /** Deactivates an account, in the application that it belongs to. */
    async deactivate(email: string): Promise<void> {
      if (accounts === 'own') await sql`update latchkey.users set deactivated_at = now() where email = ${email}`
      else await sql`update legacy.members set state = 2 where mail_address = ${email}`
    },

    /** Waits until no email is due, and returns the reset emails to an address, the oldest first. */
    async resetEmailsTo(address: string): Promise<{ text: string }[]> {
      await waitUntil('every due email is sent', async () => {
        const [row] = await sql`select count(*)::int as waiting from latchkey.mail_outbox
          where status in ('queued', 'sending') and due_at <= now()`
        return row?.waiting === 0
      })
      return app.emailsTo(address, words('email.passwordReset.subject', { brand: 'Latchkey' }))
    },

    /** How many emails were ever requested. */
    async countRequestedEmails(): Promise<number> {
      const [row] = await sql`select count(*)::int as count from latchkey.mail_outbox`
      return row?.count as number
    },

    /** Moves the clock on. */
    advanceTime: (seconds: number) => advanceTime(sql, seconds),

    /** Does some work while the database refuses the app's connections. */
    async withoutDatabase(work: () => Promise<void>): Promise<void> {
      const admin = new URL(app.databaseUrl)
      const name = admin.pathname.slice(1)
      admin.pathname = 'postgres'
      const adminSql = postgres(admin.href, { max: 1, onnotice: () => {} })
      const [own] = await sql`select pg_backend_pid() as pid`
      try {
        await adminSql.unsafe(`alter database "${name}" allow_connections false`)
        await adminSql`select pg_terminate_backend(pid) from pg_stat_activity
          where datname = ${name} and pid <> ${own?.pid}`
        await work()
      } finally {
        await adminSql.unsafe(`alter database "${name}" allow_connections true`)
        await adminSql.end()
        await waitUntil('every connection of the pool is back', async () => {
          const checks = Array.from({ length: 10 }, () => send(app.url, { method: 'GET', path: '/readyz' }))
          return (await Promise.all(checks)).every(({ status }) => status === 200)
        })
      }
    },

    async stop() {
      await close()
      await app.stop()
    },
  }
  return contractApp
}

async function waitUntil(condition: string, holds: () => Promise<boolean>) {
  for (const end = Date.now() + CONDITION_TIMEOUT_MS; Date.now() < end; await pause(20)) {
    if (await holds()) return
  }
  throw new Error(`After ${CONDITION_TIMEOUT_MS} ms it is not true that ${condition}`)
}
