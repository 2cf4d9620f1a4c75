import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Database } from '@/server/db/client'
import type { MailKind } from '@/server/db/schema'
import type { Composed, OutgoingMail } from './messages'
import { BATCH_SIZE, type ClaimedBatch, type ClaimedMail, claimBatch, retryLater, type Settled, settle } from './outbox'
import type { CallOutcome, MailTransport } from './transports/transport'

/** Turns claimed rows of one kind into mails; handed in, so that mail knows nothing of recovery. */
export type Composer = (batch: ClaimedMail[], now: Date) => Promise<Composed[]>

export interface MailWorker {
  /** Says that a row is waiting. */
  wake(): void
  /** Sends all that is due and resolves when nothing more can be sent now. */
  drain(): Promise<void>
  /** Lets the call under way finish, or hands its batch back after a few seconds. */
  stop(): Promise<void>
}

export interface MailWorkerOptions {
  db: Database
  transport: MailTransport
  composers: Record<MailKind, Composer>
  log: Logger
  now?: () => Date
}

const POLL_MS = 1_000
const GATHER_MS = 100
const CALL_TIMEOUT_MS = 20_000
const STOP_GRACE_MS = 5_000
const LONGEST_BACKOFF_MS = 60_000

/** A second, doubled with each try, a minute at the most; spread so that workers do not call in step. */
const backoffMs = (attempts: number) =>
  Math.min(LONGEST_BACKOFF_MS, 1000 * 2 ** Math.max(0, attempts - 1)) * (0.75 + Math.random() / 2)

/** Makes a worker; set it going with `start`, or call `drain` yourself (a cron job, a test). */
export function createMailWorker(options: MailWorkerOptions): MailWorker & { start(): void } {
  const { db, transport, composers, log, now = () => new Date() } = options
  const abort = new AbortController()
  let stopping = false
  let pausedUntil = 0
  let draining: Promise<void> | undefined
  let woken = false
  let timer: NodeJS.Timeout | undefined

  async function call(mails: OutgoingMail[], key: string): Promise<CallOutcome> {
    const signal = AbortSignal.any([abort.signal, AbortSignal.timeout(CALL_TIMEOUT_MS)])
    try {
      return await transport.send(mails, key, signal)
    } catch (error) {
      return { kind: 'retry', reason: error instanceof Error ? error.message : 'the transport failed' }
    }
  }

  async function deliver(batch: ClaimedBatch): Promise<void> {
    const kind = batch.mails[0]?.kind as MailKind
    const composed = await composers[kind](batch.mails, now())
    const settled: Settled[] = []
    const mails: OutgoingMail[] = []
    for (const one of composed) {
      if ('failed' in one) settled.push({ id: one.id, status: 'failed', providerId: null, reason: one.failed })
      else mails.push(one.mail)
    }
    const lastExpiry = Math.max(...composed.map((one) => ('mail' in one ? one.expiresAt.getTime() : 0)))
    if (mails.length > 0 && lastExpiry <= now().getTime()) {
      const reason = 'not sent in time: the link in it is dead'
      settled.push(...mails.map(({ id }) => ({ id, status: 'failed' as const, providerId: null, reason })))
      mails.length = 0
    }
    if (mails.length > 0) {
      const outcome = await call(mails, batch.id)
      if (outcome.kind === 'retry') {
        const attempts = batch.mails[0]?.attempts ?? 1
        const waitMs = abort.signal.aborted ? 0 : (outcome.afterMs ?? backoffMs(attempts))
        pausedUntil = Date.now() + waitMs
        await settle(db, now(), settled)
        await retryLater(db, batch, new Date(now().getTime() + waitMs), outcome.reason)
        log.warn(
          { batch: batch.id, mails: mails.length, attempts, waitMs, reason: outcome.reason },
          'mail not accepted, will retry',
        )
        return
      }
      outcome.outcomes.forEach((result, at) => {
        const id = mails[at]?.id as string
        if (result.accepted) settled.push({ id, status: 'sent', providerId: result.providerId, reason: null })
        else settled.push({ id, status: 'failed', providerId: null, reason: result.reason })
      })
      if (outcome.pauseMs) pausedUntil = Date.now() + outcome.pauseMs
    }
    await settle(db, now(), settled)
    const failed = settled.filter((one) => one.status === 'failed')
    for (const { id, reason } of failed) log.error({ mail: id, reason }, 'mail failed')
    if (mails.length > 0) log.info({ batch: batch.id, sent: settled.length - failed.length }, 'mail sent')
  }

  async function drainAll(): Promise<void> {
    while (!stopping && Date.now() >= pausedUntil) {
      const batch = await claimBatch(db, now(), randomUUID())
      if (!batch) return
      try {
        await deliver(batch)
      } catch (error) {
        // The batch waits for its next try; one that cannot be composed must not stop the rest.
        log.error({ err: error, batch: batch.id }, 'mail batch not delivered')
        await retryLater(
          db,
          batch,
          new Date(now().getTime() + backoffMs(batch.mails[0]?.attempts ?? 1)),
          'not composed',
        )
      }
      // Rows that come in quick succession share a batch instead of having one each.
      if (batch.mails.length < BATCH_SIZE && !stopping) await delay(GATHER_MS)
    }
  }

  function drain(): Promise<void> {
    draining ??= drainAll().finally(() => {
      draining = undefined
    })
    return draining
  }

  function loop(): void {
    clearTimeout(timer)
    if (stopping || draining) return
    woken = false
    drain()
      .catch((error) => log.error({ err: error }, 'mail worker cannot reach the database'))
      .finally(() => {
        if (!stopping) timer = setTimeout(loop, Math.max(woken ? 0 : POLL_MS, pausedUntil - Date.now())).unref()
      })
  }

  return {
    start: loop,
    drain,
    wake() {
      if (woken) return
      woken = true
      setImmediate(loop)
    },
    async stop() {
      stopping = true
      clearTimeout(timer)
      const giveUp = setTimeout(() => abort.abort(), STOP_GRACE_MS)
      await draining?.catch(() => {})
      clearTimeout(giveUp)
    },
  }
}
