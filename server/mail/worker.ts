import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { claimBatch } from './claim-batch'
import { createDelivery, type DeliveryOptions } from './delivery'
import { BATCH_SIZE } from './outbox'
import { TIMING } from './timing'

export interface MailWorker {
  /** Sends due emails until `stop`. */
  start(): void
  /** Tells a started worker that an email was queued. */
  wake(): void
  /**
   * Sends all emails that are due, including those that were queued just before the call.
   * @returns how many milliseconds the provider wants no call for; 0 when no email is left to send now.
   */
  drain(): Promise<number>
  /** Waits for the call that runs, or aborts it after a few seconds; its batch is due again at once then. */
  stop(): Promise<void>
}

/** Creates a worker that sends on its own after `start`, or once for each `drain` (from a cron job, in a test). */
export function createMailWorker(options: DeliveryOptions): MailWorker {
  const { db, log, now = () => new Date() } = options
  const timing = { ...TIMING, ...options.timing }
  const abort = new AbortController()
  const { deliver, pausedFor } = createDelivery(options, abort.signal)
  let stopping = false

  async function drainAll(): Promise<number> {
    while (!stopping) {
      const pausedMs = pausedFor()
      if (pausedMs > 0) return pausedMs
      const batch = await claimBatch(db, now(), randomUUID(), timing.lease / 1000)
      if (!batch) return 0
      await deliver(batch)
      if (batch.emails.length < BATCH_SIZE && !stopping) await sleep(timing.gather)
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
    // The current drain may have made its last claim already. All further callers share one drain after it.
    next ??= current.then(drainNext, drainNext)
    return next
  }
  function drainNext() {
    next = undefined
    return drain()
  }

  let woken = false
  let endWait = () => {}

  /** Waits for the next poll, or until `wake`. Only the time, or `stop`, ends a pause of the provider. */
  const wait = (pausedMs: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, pausedMs || timing.poll)
      endWait = () => {
        if (!stopping && pausedMs > 0) return
        clearTimeout(timer)
        resolve()
      }
    })

  async function run() {
    while (!stopping) {
      woken = false
      const pausedMs = await drain().catch((error) => {
        log.error({ err: error }, 'mail worker failed, will try again')
        return timing.poll
      })
      if (stopping || (woken && pausedMs === 0)) continue
      await wait(pausedMs)
    }
  }

  return {
    start: () => void run(),
    drain,
    wake() {
      woken = true
      endWait()
    },
    async stop() {
      stopping = true
      endWait()
      const timeout = setTimeout(() => abort.abort(), timing.stopTimeout)
      await (next ?? current)?.catch(() => {})
      clearTimeout(timeout)
    },
  }
}
