import type { ChildProcess } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { sql } from 'drizzle-orm'
import { expect } from 'vitest'
import { identifierSchema } from '@/server/core/schemas'
import type { Database } from '@/server/db/client'
import { mailOutbox, passwordResetTokens } from '@/server/db/schema'
import { requestReset } from '@/server/recovery/request-reset'
import { addTestAccounts, removeAllAccounts } from './accounts'
import { newClientNetworks } from './client-address'
import { tokenIn } from './emails'
import { type RecordedCall, startFakeResend } from './fake-resend'
import { POLICY, SECRETS, TEST_LEASE_MS } from './mail-worker'
import type { Order, Report, Step } from './mail-worker-process'
import { bundleProgram, kill, spawnProgram } from './program'

/** For a machine that is much slower than a developer's: what is waited for takes a second or two. */
export const WAIT_MS = 150_000

export type MailWorkerPair = Awaited<ReturnType<typeof startMailWorkerPair>>

interface WorkerProcess {
  child: ChildProcess
  /** The user agent of its calls. */
  name: string
  order(order: Order): void
  /** Resolves when the worker waits at this step, as ordered. */
  waitsAt(step: Step): Promise<void>
}

/** Resolves when `condition` is true. It counts as false while the database cannot be reached. */
export async function waitUntil(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const end = Date.now() + WAIT_MS; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 25))) {
    if (await Promise.resolve(condition()).catch(() => false)) return
  }
  throw new Error(`Not within ${WAIT_MS} ms: ${what}`)
}

/**
 * Starts two mail workers as processes of their own, which send to a fake Resend. A killed worker is replaced by a new
 * one. The workers' clock is moved where a lease or a call would time out.
 */
export async function startMailWorkerPair(db: Database, databaseUrl: string) {
  const resend = await startFakeResend()
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'latchkey-worker-'))
  const program = await bundleProgram('mail-worker-process.ts', folder)
  const running: WorkerProcess[] = []
  const abortedCalls = new Set<RecordedCall>()
  let clockOffsetMs = 0

  async function startWorker() {
    const worker = await spawnWorker(program, databaseUrl, resend.url)
    running.push(worker)
    worker.order({ start: true, clockOffsetMs })
  }

  const workerOf = (call: RecordedCall | undefined) =>
    running.find((worker) => worker.name === call?.headers['user-agent'])

  /** Moves the clock past every lease there is, so that another worker takes over the batch of a dead one. */
  function passLease() {
    clockOffsetMs += TEST_LEASE_MS
    for (const worker of running) worker.order({ clockOffsetMs })
  }

  async function replace(worker: WorkerProcess | undefined) {
    if (!worker) throw new Error('No running worker made this call')
    running.splice(running.indexOf(worker), 1)
    await kill(worker.child)
    await startWorker()
    passLease()
  }

  /** Lets the call timeout of every call that hangs run out, once for each call. */
  function timeOutHangingCalls() {
    for (const call of resend.calls) {
      if (call.status !== undefined || abortedCalls.has(call)) continue
      abortedCalls.add(call)
      workerOf(call)?.order({ abortCall: true })
    }
  }

  /** Adds accounts and requests a reset for each of them; returns their addresses. */
  async function request(count: number): Promise<string[]> {
    const accounts = await addTestAccounts(db, count)
    const ctx = () => ({
      db,
      now: new Date(Date.now() + clockOffsetMs),
      requester: { networks: newClientNetworks(), device: null, requestId: randomUUID() },
      policy: POLICY,
      secrets: SECRETS,
      wakeMailWorker() {},
    })
    const requests = accounts.map(({ email }) => requestReset(ctx(), { account: identifierSchema.parse(email) }))
    await Promise.all(requests)
    return accounts.map(({ email }) => email)
  }

  /** Kills the worker that reaches this step first, after `count` requests; returns their addresses. */
  async function killAt(step: Step, count: number): Promise<string[]> {
    let first: WorkerProcess | undefined
    for (const worker of running) {
      void worker.waitsAt(step).then(() => {
        first ??= worker
      })
      worker.order({ waitAt: step })
    }
    const addresses = await request(count)
    await waitUntil(() => {
      timeOutHangingCalls()
      return first !== undefined
    }, `a worker that waits at "${step}"`)
    for (const worker of running) if (worker !== first) worker.order({ proceed: true })
    await replace(first)
    return addresses
  }

  /** Kills the worker whose call hangs, after `count` requests; returns their addresses. */
  async function killInCall(options: { accepted: boolean }, count: number): Promise<string[]> {
    const earlier = new Set(resend.calls)
    resend.fail({ kind: 'hang', accepted: options.accepted })
    const addresses = await request(count)
    const hangs = (call: RecordedCall) => !earlier.has(call) && call.status === undefined
    const [call] = await resend.waitForCalls(1, hangs, WAIT_MS)
    await replace(workerOf(call))
    return addresses
  }

  /** Expects one email for each address, the same bytes on every try, and a link that the database knows. */
  async function expectEachMailedOnce(addresses: string[]) {
    await waitUntil(async () => {
      timeOutHangingCalls()
      const [row] = await db.execute<{ open: number }>(
        sql`select count(*)::int as open from latchkey.mail_outbox where status <> 'sent'`,
      )
      return row?.open === 0
    }, 'every email is recorded as sent')
    expect(running.map(({ child }) => child.exitCode ?? child.signalCode)).toEqual([null, null])
    expect(resend.accepted.map((email) => email.to[0]).sort()).toEqual([...addresses].sort())

    const bodies = new Map<string | undefined, Set<string>>()
    for (const { key, body } of resend.calls) bodies.set(key, (bodies.get(key) ?? new Set()).add(body))
    expect([...bodies.values()].every((variants) => variants.size === 1)).toBe(true)

    const rows = await db.select({ providerId: mailOutbox.providerId, to: mailOutbox.recipient }).from(mailOutbox)
    const recipients = new Map(rows.map((row) => [row.providerId, row.to]))
    const digests = new Set((await db.select().from(passwordResetTokens)).map((row) => row.tokenHash.toString('hex')))
    for (const { id, to, subject, text = '' } of resend.accepted) {
      expect(recipients.get(id)).toBe(to[0])
      const token = tokenIn({ subject, text })
      expect(digests.has(createHash('sha256').update(token).digest('hex'))).toBe(true)
    }
  }

  await startWorker()
  await startWorker()
  return {
    resend,
    request,
    killAt,
    killInCall,
    passLease,
    timeOutHangingCalls,
    expectEachMailedOnce,

    /** Removes the accounts, the rows and the calls of the last test. */
    async reset() {
      await db.delete(mailOutbox)
      await removeAllAccounts(db)
      resend.accepted.length = 0
      resend.calls.length = 0
    },

    async stop() {
      await Promise.all(running.map(({ child }) => kill(child)))
      await resend.close()
      await fs.rm(folder, { recursive: true })
    },
  }
}

async function spawnWorker(program: string, databaseUrl: string, resendUrl: string): Promise<WorkerProcess> {
  const name = `worker-${randomUUID()}`
  const addresses = { DATABASE_URL: databaseUrl, RESEND_BASE_URL: resendUrl, RESEND_USER_AGENT: name }
  const child = await spawnProgram(program, addresses)
  return {
    child,
    name,
    order: (order) => void child.send(order),
    waitsAt: (step) =>
      new Promise((resolve) => {
        child.on('message', (report: Report) => 'waitingAt' in report && report.waitingAt === step && resolve())
      }),
  }
}
