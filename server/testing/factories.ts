import { randomBytes, randomUUID } from 'node:crypto'
import { asc, eq, sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import { expect, vi } from 'vitest'
import { hashPassword } from '@/server/accounts/password-hash'
import { type RecoveryContext, type RecoveryPolicy, secondsAfter } from '@/server/core/context'
import { RecoveryError } from '@/server/core/errors'
import { identifierSchema } from '@/server/core/schemas'
import type { SecretRing } from '@/server/core/secrets'
import type { Database } from '@/server/db/client'
import * as schema from '@/server/db/schema'
import type { DeliveryOptions } from '@/server/mail/delivery'
import type { OutgoingEmail } from '@/server/mail/emails'
import type { CallOutcome, MailTransport } from '@/server/mail/transports/transport'
import { createMailWorker } from '@/server/mail/worker'
import { createLog } from '@/server/observability/log'
import { composeChangedEmails, composeResetEmails } from '@/server/recovery/compose-emails'
import { requestReset } from '@/server/recovery/request-reset'

export const APP_URL = 'https://accounts.example.com'
export const START = new Date('2026-11-20T14:30:00Z')
export const PASSWORD = 'correct horse battery staple'
export const OTHER_PASSWORD = 'a very different passphrase'

/** A clock that stands still until it is moved; `ctx.now` and the worker's `now` both go by it. */
export function createClock(at = START) {
  let now = at
  return {
    now: () => now,
    advance(seconds: number) {
      now = secondsAfter(now, seconds)
    },
  }
}

let issued = 0

/** A documentation address that nobody else in this process has, so that no two tests share a counter. */
export const newAddress = (): string =>
  `2001:db8:${(++issued >> 16).toString(16)}:${(issued & 0xffff).toString(16)}::/64`

let knownHash: Promise<string> | undefined

export type TestAccount = Awaited<ReturnType<typeof addTestAccount>>

/** Adds an account whose password is PASSWORD, with a name, username and address of its own. */
export async function addTestAccount(db: Database, given: Partial<typeof schema.users.$inferInsert> = {}) {
  knownHash ??= hashPassword(PASSWORD)
  const name = `user${randomBytes(6).toString('hex')}`
  const account = { email: `${name}@example.com`, username: name, fullName: 'Ada Example', ...given }
  const [row] = await db
    .insert(schema.users)
    .values({ passwordHash: await knownHash, ...account })
    .returning()
  return row as typeof schema.users.$inferSelect
}

/** A transport that keeps what it is given; `answerNext` says how the next calls fare instead. */
export function createMemoryTransport() {
  const calls: { key: string; mails: OutgoingEmail[] }[] = []
  const accepted: OutgoingEmail[] = []
  const answers: ((mails: OutgoingEmail[]) => CallOutcome | Promise<CallOutcome>)[] = []
  const transport: MailTransport = {
    async send(mails, key) {
      calls.push({ key, mails: structuredClone(mails) })
      const answer = answers.shift()
      if (answer) return answer(mails)
      accepted.push(...mails)
      return { kind: 'settled', outcomes: mails.map(({ id }) => ({ accepted: true, providerId: `memory-${id}` })) }
    },
  }
  return {
    transport,
    calls,
    accepted,
    answerNext: (...next: typeof answers) => void answers.push(...next),
    to: (address: string) => accepted.filter((mail) => mail.to === address),
  }
}

/** A logger and the lines it has written. */
export function createLogCapture() {
  const lines: string[] = []
  return { lines, log: createLog('trace', { write: (line) => void lines.push(line) }) }
}

/** The token of the only link in a mail. */
export function tokenIn(mail: OutgoingEmail | undefined): string {
  const tokens = [...(mail?.text ?? '').matchAll(/[?&]token=([\w-]+)/g)].map((match) => match[1])
  if (tokens.length !== 1)
    throw new Error(`${tokens.length} links in ${mail ? `the mail "${mail.subject}"` : 'no mail'}`)
  return tokens[0] as string
}

/** The six digits that stand on a line of their own in a mail. */
export function codeIn(mail: OutgoingEmail | undefined): string {
  const code = /^(\d{6})$/m.exec(mail?.text ?? '')?.[1]
  if (!code) throw new Error(`no code in ${mail ? `the mail "${mail.subject}"` : 'no mail'}`)
  return code
}

/** Everything a recovery test needs, around one database: a clock, contexts, a worker and what it has mailed. */
export function createWorld(db: Database, given: { policy?: Partial<RecoveryPolicy>; secrets?: SecretRing } = {}) {
  const clock = createClock()
  const mailbox = createMemoryTransport()
  const { log, lines } = createLogCapture()
  const requester = { address: newAddress(), device: 'Firefox on Windows', requestId: randomUUID() }
  const policy: RecoveryPolicy = {
    disclosure: 'conceal',
    sendCooldownSeconds: 60,
    linkTtlSeconds: 3600,
    codeTtlSeconds: 600,
    grantTtlSeconds: 300,
    passwordMinLength: 8,
    rateLimitScale: 1,
    ...given.policy,
  }
  const world = {
    db,
    clock,
    mailbox,
    logLines: lines,
    policy,
    secrets: given.secrets ?? (['the application secret of these tests'] as SecretRing),

    /** What a verb is called with at this moment. */
    ctx: (given: Partial<RecoveryContext> = {}): RecoveryContext => ({
      db,
      now: clock.now(),
      requester,
      policy,
      secrets: world.secrets,
      wakeMailWorker() {},
      ...given,
    }),

    account: (given?: Parameters<typeof addTestAccount>[1]) => addTestAccount(db, given),

    worker(transport: MailTransport = mailbox.transport, over: Partial<DeliveryOptions> = {}) {
      const context = (now: Date) => ({ db, now, policy, secrets: world.secrets, appUrl: APP_URL })
      return createMailWorker({
        db,
        transport,
        composers: {
          'password-reset': (batch, now) => composeResetEmails(context(now), batch),
          'password-changed': (batch, now) => composeChangedEmails(context(now), batch),
        },
        log,
        now: clock.now,
        pace: { gather: 0 },
        ...over,
      })
    },

    /** The outbox rows of this world's requests, in the order they were asked for. */
    outbox: () =>
      db
        .select()
        .from(schema.mailOutbox)
        .where(eq(schema.mailOutbox.requestId, requester.requestId))
        .orderBy(asc(schema.mailOutbox.createdAt)),

    /** What the audit says of an account, by name: what happens at one moment has no order. */
    async eventsOf(account: { id: string }) {
      const { kind, userId } = schema.securityEvents
      const rows = await db.select({ kind }).from(schema.securityEvents).where(eq(userId, account.id))
      return rows.map((row) => row.kind).sort()
    },

    /** Sends all that is due. */
    deliver: () => world.worker().drain(),

    /** Asks for a reset by what a person types. */
    request: (typed: string, over?: Partial<RecoveryContext>) =>
      requestReset(world.ctx(over), { account: identifierSchema.parse(typed) }),

    /** Asks, delivers, and hands over the newest mail to the account. */
    async mailed(account: { email: string }) {
      await world.request(account.email)
      await world.deliver()
      return mailbox.to(account.email).at(-1)
    },

    mailedLink: async (account: { email: string }) => ({
      kind: 'link' as const,
      token: tokenIn(await world.mailed(account)),
    }),

    mailedCode: async (account: { email: string }) => codeIn(await world.mailed(account)),
  }
  return world
}

/** A second pool on a database that keeps the text of every statement it runs. */
export function createRecordedDatabase(url: string) {
  const statements: string[] = []
  const client = postgres(url, {
    max: 2,
    onnotice: () => {},
    // Asked once for each statement that is sent; the types of the server are none of ours.
    debug: (_, query) => void statements.push(query.trim()),
    fetch_types: false,
  })
  const db = drizzle(client, { schema }) as Database
  return { db, statements, close: () => client.end() }
}

/** The code and details of the refusal that a promise ends in; fails when it ends in anything else. */
export async function refusalOf(promise: Promise<unknown>) {
  const outcome = await promise.then(
    () => 'nothing was refused',
    (error: unknown) => error,
  )
  if (!(outcome instanceof RecoveryError)) throw outcome instanceof Error ? outcome : new Error(String(outcome))
  return { code: outcome.code, ...outcome.details }
}

/** Resolves when this many statements on the database wait for a lock. */
export const waitForBlocked = (db: Database, count: number): Promise<void> =>
  vi.waitFor(
    async () => {
      const blocked = sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
      expect(await db.execute(blocked)).toHaveLength(count)
    },
    { timeout: 10_000, interval: 10 },
  )
