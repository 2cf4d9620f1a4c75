import { randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import postgres from 'postgres'
import { addAccount } from '@/server/accounts/add-account'
import { createDatabase } from '@/server/db/client'
import type { MailboxEmail } from '@/server/mail/transports/mailbox'
import { startTestApp } from '@/server/testing/app'
import { type Received, type Sent, send } from './client'
import { checkAgainst, type OpenApi } from './openapi-check'
import type { Known } from './template'

export const PASSWORD = 'walnut bicycle north 7'
export const NEW_PASSWORD = 'plum river lantern 42'
export const OTHER_SITE = 'https://app.example.com'
const RESET_SUBJECT = 'Choose a new password'
const PATIENCE_MS = 15_000

export type World = Awaited<ReturnType<typeof startWorld>>

/** The production build under one disclosure, with all that a replay needs to know of it and do to it. */
export async function startWorld(disclosure: 'conceal' | 'reveal') {
  const app = await startTestApp({
    ACCOUNT_DISCLOSURE: disclosure,
    CORS_ORIGINS: OTHER_SITE,
    TRUSTED_PROXY_HOPS: '1', // so that every story may come from an address of its own
    RATE_LIMIT_SCALE: '0.2',
    LOG_LEVEL: 'silent',
  })
  const { db, close } = createDatabase(app.databaseUrl, { maxConnections: 1 })
  const sql = db.$client
  const document = JSON.parse((await send(app.url, { method: 'GET', path: '/api/openapi.json' })).text) as OpenApi
  const validate = checkAgainst(document)
  let addresses = 0

  const world = {
    url: app.url,
    disclosure,
    sql,
    databaseUrl: app.databaseUrl,
    serviceApiKey: app.serviceApiKey,
    demoPassword: app.password,
    document,
    /** Every documented status that has been answered so far, as `POST /path 200`. */
    reached: validate.reached,

    newAddress: () => `10.${++addresses >> 16}.${(addresses >> 8) & 255}.${addresses & 255}`,

    /** Sends a request from an address, and holds the answer to the document. */
    async ask({ from, ...sent }: Sent & { from: string }): Promise<Received> {
      const headers = { 'x-forwarded-for': from, ...sent.headers }
      const received = await send(app.url, { ...sent, headers })
      validate(sent.method, sent.path, received)
      return received
    },

    /** What a story knows at its start: an account of its own, and names that nobody has. */
    async newStory(): Promise<Known> {
      const username = `robin${randomBytes(6).toString('hex')}`
      const account = { email: `${username}@example.com`, username, fullName: 'Robin Reader', password: PASSWORD }
      await addAccount(db, account)
      return {
        app: app.url,
        email: account.email,
        username,
        name: account.fullName,
        masked: 'r•••@e•••.com',
        password: PASSWORD,
        newPassword: NEW_PASSWORD,
        nobody: `nobody${randomBytes(6).toString('hex')}@example.com`,
        nobodysName: `nobody${randomBytes(6).toString('hex')}`,
        serviceKey: app.serviceApiKey,
      }
    },

    /** Signs in, and gives the session token. */
    async signIn(account: string, password: string): Promise<string> {
      const { headers } = await world.ask({
        from: world.newAddress(),
        method: 'POST',
        path: '/api/trpc/session.signIn',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ account, password }),
      })
      return /latchkey-session=([^;]+)/.exec(headers['set-cookie'] ?? '')?.[1] ?? ''
    },

    /** The mails with a link that have gone to an address, the oldest first, once nothing waits any more. */
    async mailsTo(address: string): Promise<MailboxEmail[]> {
      await until(async () => {
        const [row] = await sql`select count(*)::int as waiting from mail_outbox
          where status in ('queued', 'sending') and due_at <= now()`
        return row?.waiting === 0
      })
      const names = (await readdir(app.mailboxDir)).filter((name) => name.endsWith('.json')).sort()
      const texts = await Promise.all(names.map((name) => readFile(path.join(app.mailboxDir, name), 'utf8')))
      return texts
        .map((text) => JSON.parse(text) as MailboxEmail)
        .filter((mail) => mail.to === address && mail.subject === RESET_SUBJECT)
    },

    /** How many requests for a mail there have ever been. */
    async requests(): Promise<number> {
      const [row] = await sql`select count(*)::int as count from mail_outbox`
      return row?.count as number
    },

    /** Lets time pass: everything that has happened or will, did or does so much earlier. */
    async pass(seconds: number): Promise<void> {
      const columns = await sql`select table_name as table, string_agg(
          format('%1$I = %1$I - make_interval(secs => ${sql.unsafe(String(seconds))})', column_name), ', ') as moved
        from information_schema.columns
        where table_schema = 'public' and data_type = 'timestamp with time zone' group by table_name`
      await sql.begin((tx) => columns.map(({ table, moved }) => tx.unsafe(`update "${table}" set ${moved}`)))
    },

    /** Does something while the database answers nobody else. */
    async withoutDatabase(work: () => Promise<void>): Promise<void> {
      const admin = new URL(app.databaseUrl)
      const name = admin.pathname.slice(1)
      admin.pathname = 'postgres'
      const outside = postgres(admin.href, { max: 1, onnotice: () => {} })
      const [own] = await sql`select pg_backend_pid() as pid`
      try {
        await outside.unsafe(`alter database "${name}" allow_connections false`)
        await outside`select pg_terminate_backend(pid) from pg_stat_activity 
          where datname = ${name} and pid <> ${own?.pid}`
        await work()
      } finally {
        await outside.unsafe(`alter database "${name}" allow_connections true`)
        await outside.end()
        // Until every connection of the app's pool has come back.
        await until(async () => {
          const ready = await Promise.all(
            Array.from({ length: 10 }, () => send(app.url, { method: 'GET', path: '/readyz' })),
          )
          return ready.every(({ status }) => status === 200)
        })
      }
    },

    async stop() {
      await close()
      await app.stop()
    },
  }
  return world
}

/** Waits for what has been set going, and fails when it does not come. */
async function until(holds: () => Promise<boolean>) {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await pause(50)) {
    if (await holds()) return
  }
  throw new Error('what was waited for did not come')
}
