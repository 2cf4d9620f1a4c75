import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import path from 'node:path'
import { sql } from 'drizzle-orm'
import pLimit from 'p-limit'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTemporaryPostgres, type TemporaryPostgres } from '@/scripts/embedded-postgres'
import type { RecoveryContext } from '@/server/core/context'
import { identifierSchema } from '@/server/core/schemas'
import { createDatabase, type Database } from '@/server/db/client'
import { migrate } from '@/server/db/migrate'
import { mailOutbox, passwordResetTokens, users } from '@/server/db/schema'
import { requestReset } from '@/server/recovery/request-reset'
import { newClientAddress } from '@/server/testing/client-address'
import { tokenIn } from '@/server/testing/emails'
import { type FakeResend, type Fault, type RecordedCall, startFakeResend } from '@/server/testing/fake-resend'
import { POLICY, SECRETS } from '@/server/testing/mail-worker'
import type { Order, Place, Report } from '@/server/testing/mail-worker-process'

/**
 * Two workers as processes of their own, a provider that fails, `kill -9`, and a PostgreSQL that is restarted: every
 * committed request is mailed, and none twice. Waits are for rows, calls and messages, never for time.
 */

let server: TemporaryPostgres
let db: Database
let close: () => Promise<void>
let resend: FakeResend
/** The two at work; whoever is killed is replaced by a spare, which is ready but not started. */
const running: Worker[] = []
const spares: Promise<Worker>[] = []
const SPARES = 9

beforeAll(async () => {
  server = await startTemporaryPostgres()
  await migrate(server.url)
  ;({ db, close } = createDatabase(server.url))
  resend = await startFakeResend()
  const twoAtOnce = pLimit(2)
  for (let n = 0; n < SPARES; n++) spares.push(twoAtOnce(spawnWorker))
  await replace()
  await replace()
})

afterAll(async () => {
  await Promise.all([...running, ...(await Promise.all(spares))].map(kill))
  await resend.close()
  await close()
  await server.stop()
})

beforeEach(async () => {
  await db.delete(mailOutbox)
  await db.delete(users)
  resend.accepted.length = 0
  resend.calls.length = 0
})

interface Worker {
  child: ChildProcess
  name: string
  tell(order: Order): void
  /** Resolves when it has come to the place it was told to hold at. */
  arrives(place: Place): Promise<Worker>
}

async function spawnWorker(): Promise<Worker> {
  const name = `worker-${randomUUID()}`
  const file = path.resolve(import.meta.dirname, '../testing/mail-worker-process.ts')
  const { PATH, HOME, TMPDIR } = process.env
  const addresses = { DATABASE_URL: server.url, RESEND_BASE_URL: resend.url, RESEND_USER_AGENT: name }
  const child = spawn(process.execPath, ['--import', 'tsx', file], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { PATH, HOME, TMPDIR, NODE_ENV: 'production', ...addresses },
  })
  await once(child, 'message')
  const worker: Worker = {
    child,
    name,
    tell: (order) => void child.send(order),
    arrives: (place) =>
      new Promise((resolve) => {
        child.on('message', (report: Report) => 'at' in report && report.at === place && resolve(worker))
      }),
  }
  return worker
}

async function kill(worker: Worker) {
  const exited = once(worker.child, 'exit')
  worker.child.kill('SIGKILL')
  await exited
}

/** Kills one of the two and sets a spare to work. */
async function replace(doomed?: Worker) {
  if (doomed) {
    running.splice(running.indexOf(doomed), 1)
    await kill(doomed)
  }
  const spare = await spares.shift()
  if (!spare) throw new Error('no spare worker is left')
  running.push(spare)
  spare.tell({ start: true })
}

/** Kills whichever of the two comes to this place first, while `count` ask. */
async function killAt(place: Place, count: number): Promise<string[]> {
  const first = Promise.race(running.map((worker) => worker.arrives(place)))
  for (const worker of running) worker.tell({ hold: place })
  const addresses = await ask(count)
  const doomed = await first
  for (const worker of running) if (worker !== doomed) worker.tell({ go: true })
  await replace(doomed)
  return addresses
}

/** Kills whichever of the two makes the next call, while that call hangs. */
async function killInCall(accepted: boolean, count: number): Promise<string[]> {
  const seen = new Set(resend.calls)
  resend.fail({ kind: 'hang', accepted })
  const hangs = (call: RecordedCall) => !seen.has(call) && call.status === undefined
  const hanging = resend.waitForCalls(1, hangs, 20_000)
  const addresses = await ask(count)
  const name = (await hanging)[0]?.headers['user-agent']
  await replace(running.find((worker) => worker.name === name) as Worker)
  return addresses
}

/** Accounts that ask for a reset; gives their addresses. */
async function ask(count: number): Promise<string[]> {
  const names = Array.from({ length: count }, () => `user${randomUUID().replaceAll('-', '')}`)
  await db
    .insert(users)
    .values(names.map((name) => ({ email: `${name}@example.com`, username: name, fullName: 'Ada' })))
  const ctx = (): RecoveryContext => ({
    db,
    now: new Date(),
    requester: { address: newClientAddress(), device: null, requestId: randomUUID() },
    policy: POLICY,
    secrets: SECRETS,
    wakeMailWorker() {},
  })
  const addresses = names.map((name) => `${name}@example.com`)
  await Promise.all(addresses.map((address) => requestReset(ctx(), { account: identifierSchema.parse(address) })))
  return addresses
}

/** Waits for a row to be so; the database may be away for a moment. */
async function until(look: () => Promise<boolean>, what: string, ms = 30_000) {
  for (const end = Date.now() + ms; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 25))) {
    if (await look().catch(() => false)) return
  }
  throw new Error(`not in ${ms} ms: ${what}`)
}

const openRows = async () =>
  Number(
    (await db.execute<{ open: string }>(sql`select count(*) as open from mail_outbox where status <> 'sent'`))[0]?.open,
  )

/** Every request mailed once, as the same bytes however often its call was made, with a link that its row knows. */
async function expectEachMailedOnce(addresses: string[]) {
  await until(async () => (await openRows()) === 0, 'every mail noted as sent')
  expect(running.map(({ child }) => child.exitCode ?? child.signalCode)).toEqual([null, null])
  expect(resend.accepted.map((mail) => mail.to[0]).sort()).toEqual([...addresses].sort())

  const bodies = new Map<string | undefined, Set<string>>()
  for (const { key, body } of resend.calls) bodies.set(key, (bodies.get(key) ?? new Set()).add(body))
  expect([...bodies.values()].every((variants) => variants.size === 1)).toBe(true)

  const rows = await db.select({ providerId: mailOutbox.providerId, to: mailOutbox.recipient }).from(mailOutbox)
  const noted = new Map(rows.map((row) => [row.providerId, row.to]))
  const known = new Set((await db.select().from(passwordResetTokens)).map((row) => row.tokenHash.toString('hex')))
  for (const { id, to, ...mail } of resend.accepted) {
    expect(noted.get(id)).toBe(to[0])
    const token = tokenIn({ id, to: to[0] ?? '', subject: mail.subject, html: '', text: mail.text ?? '' })
    expect(known.has(createHash('sha256').update(token).digest('hex'))).toBe(true)
  }
}

const FAULTS: [string, Fault][] = [
  ['429', { kind: 'rate-limit', retryAfter: 1 }],
  ['500', { kind: 'error', status: 500 }],
  ['500 after acceptance', { kind: 'error', status: 500, accepted: true }],
  ['a call that hangs', { kind: 'hang' }],
  ['a call that hangs after acceptance', { kind: 'hang', accepted: true }],
  ['a connection reset before acceptance', { kind: 'reset' }],
  ['a connection reset after acceptance', { kind: 'reset', accepted: true }],
  ['HTML instead of JSON', { kind: 'html', status: 200 }],
  ['HTML instead of JSON after acceptance', { kind: 'html', status: 200, accepted: true }],
]

describe('alone', () => {
  it.each(FAULTS)('%s loses no mail and sends none twice', async (_, fault) => {
    resend.fail([fault, fault])
    await expectEachMailedOnce(await ask(30))
  })

  it('a restart of PostgreSQL loses no mail and sends none twice', async () => {
    resend.fail({ kind: 'hang', accepted: true })
    const addresses = await ask(30)
    await resend.waitForCalls(1)
    await server.restart()
    resend.release()
    await expectEachMailedOnce(addresses)
  })

  it.each<[string, () => Promise<string[]>]>([
    ['after a claim', () => killAt('claimed', 30)],
    ['during a call', () => killInCall(false, 30)],
    ['during a call that was accepted', () => killInCall(true, 30)],
    ['after acceptance, before it is noted', () => killAt('accepted', 30)],
  ])('a worker killed %s loses no mail and sends none twice', async (_, kill) => {
    await expectEachMailedOnce(await kill())
  })
})

/** mulberry32: the same order on every run. */
function seeded(seed: number) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function shuffled<T>(items: T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)
}

it('all of it, shuffled, over 500 mails and two workers: each is mailed once', { timeout: 60_000 }, async () => {
  const random = seeded(20_261_120)
  const faults = FAULTS.map(([, fault]) => fault)
  const incidents: (() => Promise<string[]>)[] = [
    () => killAt('claimed', 100),
    () => killInCall(true, 100),
    () => killAt('accepted', 100),
    async () => {
      const addresses = await ask(100)
      await server.restart()
      return addresses
    },
    () => ask(100),
  ]
  const addresses: string[] = []
  for (const incident of shuffled(incidents, random)) {
    resend.fail(shuffled(faults, random).slice(0, 3))
    addresses.push(...(await incident()))
    await until(async () => (await db.execute(sql`select 1`)).length === 1, 'the database answers')
  }
  await expectEachMailedOnce(addresses)
  expect(addresses).toHaveLength(500)
})
