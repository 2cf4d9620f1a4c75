import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { createDelivery, type DeliveryOptions } from './delivery'
import { BATCH_SIZE, claimBatch } from './outbox'
import { PACE } from './pace'

export interface MailWorker {
  /** Goes on sending by itself, until `stop`. */
  start(): void
  /** Says that a row is waiting. */
  wake(): void
  /**
   * Sends all that is due, rows queued before the call included.
   * @returns how many milliseconds the provider wants no call for; 0 when nothing is left to send now.
   */
  drain(): Promise<number>
  /** Lets the call under way finish, or hands its batch back after a few seconds. */
  stop(): Promise<void>
}

/** Makes a worker; set it going with `start`, or call `drain` yourself (a cron job, a test). */
export function createMailWorker(options: DeliveryOptions): MailWorker {
  const { db, log, now = () => new Date() } = options
  const pace = { ...PACE, ...options.pace }
  const abort = new AbortController()
  const { deliver, pausedFor } = createDelivery(options, abort.signal)
  let stopping = false

  async function drainAll(): Promise<number> {
    while (!stopping) {
      const pausedMs = pausedFor()
      if (pausedMs > 0) return pausedMs
      const batch = await claimBatch(db, now(), randomUUID(), pace.lease / 1000)
      if (!batch) return 0
      await deliver(batch)
      if (batch.mails.length < BATCH_SIZE && !stopping) await delay(pace.gather)
    }
    return 0
  }

  let current: Promise<number> | undefined
  let next: Promise<number> | undefined
  function drain(): Promise<number> {
    if (!current) {
      current = drainAll().finally(() => {
        current = undefined
      })
      return current
    }
    // The drain under way may have looked for the last time already: another follows it, one for all who ask.
    next ??= current.then(
      () => drainNext(),
      () => drainNext(),
    )
    return next
  }
  function drainNext() {
    next = undefined
    return drain()
  }

  let woken = false
  let rouse = () => {}
  async function run() {
    while (!stopping) {
      woken = false
      const pausedMs = await drain().catch((error) => {
        log.error({ err: error }, 'mail worker cannot go on, will try again')
        return pace.poll
      })
      if (stopping || (woken && pausedMs === 0)) continue
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pausedMs || pace.poll)
        rouse = () => {
          if (!stopping && pausedMs > 0) return
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  return {
    start: () => void run(),
    drain,
    wake() {
      woken = true
      rouse()
    },
    async stop() {
      stopping = true
      rouse()
      const giveUp = setTimeout(() => abort.abort(), pace.stopGrace)
      await (next ?? current)?.catch(() => {})
      clearTimeout(giveUp)
    },
  }
}
