import { randomUUID } from 'node:crypto'
import { claimEvents } from './claim-events'
import { createEventDelivery, type EventDeliveryOptions } from './delivery'
import { CONCURRENCY, TIMING } from './timing'

export interface EventWorker {
  /** Sends due events until `stop`. */
  start(): void
  /** Tells a started worker that an event was queued. */
  wake(): void
  /**
   * Sends the events that are due, for processes that do not live long.
   * @param ms the longest time to go on, in milliseconds: no try begins that could end later.
   */
  drain(ms: number): Promise<void>
  /** Waits for the tries that run, or aborts them after a few seconds; their events are due again at once then. */
  stop(): Promise<void>
}

/** Creates a worker that sends on its own after `start`, or once for each `drain` (from a cron job, in a test). */
export function createEventWorker(options: EventDeliveryOptions): EventWorker {
  const { db, log, now = () => new Date() } = options
  const timing = { ...TIMING, ...options.timing }
  const abort = new AbortController()
  const deliver = createEventDelivery(options, abort.signal)
  const running = new Set<Promise<void>>()
  let filling: Promise<unknown> = Promise.resolve()
  let stopping = false
  let endWait = () => {}
  let woken = false

  /** Begins a try for as many due events as there are free places; true if no more are due. */
  async function fill(): Promise<boolean> {
    const free = CONCURRENCY - running.size
    if (free === 0 || stopping) return false
    const { events, isEmpty } = await claimEvents(db, now(), free, randomUUID(), timing.lease / 1000)
    for (const event of events) {
      const delivery = deliver(event).finally(() => {
        running.delete(delivery)
        if (running.size === CONCURRENCY - 1) wake()
      })
      running.add(delivery)
    }
    return isEmpty
  }

  /** One at a time: two at once would claim for the same free places. */
  function fillInTurn(): Promise<boolean> {
    const filled = filling.then(fill, fill)
    filling = filled
    return filled
  }

  function wake() {
    woken = true
    endWait()
  }

  const wait = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      endWait = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  async function run() {
    while (!stopping) {
      woken = false
      const isEmpty = await fillInTurn().catch((error) => {
        log.error({ err: error }, 'event worker failed, will try again')
        return true
      })
      // With all places taken, the end of a try wakes the worker.
      if (stopping || woken || (!isEmpty && running.size < CONCURRENCY)) continue
      await wait(timing.poll)
    }
  }

  return {
    start: () => void run(),
    wake,
    async drain(ms) {
      const lastStart = performance.now() + ms - timing.callTimeout
      while (!stopping && performance.now() <= lastStart) {
        const isEmpty = await fillInTurn()
        if (isEmpty && running.size === 0) return
        if (isEmpty || running.size === CONCURRENCY) await Promise.race(running)
      }
      await Promise.all(running)
    },
    async stop() {
      stopping = true
      wake()
      await filling.catch(() => {})
      const timeout = setTimeout(() => abort.abort(), timing.stopTimeout)
      await Promise.all(running)
      clearTimeout(timeout)
    },
  }
}
