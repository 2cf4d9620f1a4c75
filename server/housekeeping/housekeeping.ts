import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Database } from '@/server/db/client'
import type { Telemetry } from '@/server/observability/telemetry'
import { removeOldRows } from './remove-old-rows'

const INTERVAL_MS = 60_000
/** After each slice, so that requests come first on a small machine. */
const PAUSE_MS = 5

export interface Housekeeping {
  /** Runs at once, then every minute, until `stop`. */
  start(): void
  /**
   * Does the task and removes old rows, once. Callers at the same time share one run.
   * @returns how many rows were removed from each table.
   */
  run(): Promise<Record<string, number>>
  /** Resolves when the slice that is being removed is done. */
  stop(): Promise<void>
}

/** Creates the housekeeping of a process. Several processes may run it at once: each skips rows that another locks. */
export function createHousekeeping(options: {
  db: Database
  log: Logger
  telemetry: Telemetry
  now?: () => Date
  /** What else is done each time, before old rows are removed. */
  task?: (now: Date) => Promise<unknown>
}): Housekeeping {
  const { db, log, telemetry, now = () => new Date(), task } = options
  const stopped = new AbortController()
  let current: Promise<Record<string, number>> | undefined

  const pauseAndContinue = async () => {
    await sleep(PAUSE_MS)
    return !stopped.signal.aborted
  }

  async function runOnce() {
    await task?.(now()).catch((error) => log.error({ err: error }, 'housekeeping failed, will try again'))
    const removed = await telemetry.span('housekeeping', {}, () => removeOldRows(db, now(), pauseAndContinue))
    for (const [table, count] of Object.entries(removed)) telemetry.count('latchkey.removed', count, { table })
    if (Object.keys(removed).length > 0) log.info({ removed }, 'old rows removed')
    return removed
  }

  const run = () => {
    current ??= runOnce().finally(() => {
      current = undefined
    })
    return current
  }

  async function runEveryMinute() {
    while (!stopped.signal.aborted) {
      await run().catch((error) => log.error({ err: error }, 'housekeeping failed, will try again'))
      await sleep(INTERVAL_MS, undefined, { signal: stopped.signal, ref: false }).catch(() => {})
    }
  }

  return {
    start: () => void runEveryMinute(),
    run,
    async stop() {
      stopped.abort()
      await current?.catch(() => {})
    },
  }
}
