import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Database } from '@/server/db/client'
import type { Telemetry } from '@/server/observability/telemetry'
import { removeOldRows } from './remove-old-rows'

const EVERY_MS = 60_000
/** Between two slices, so that requests come first on a small machine. */
const BREATH_MS = 5

export interface Housekeeper {
  /** Sweeps now and then every minute, until `stop`. */
  start(): void
  /** Sweeps once; a removeOldRows under way is shared. */
  removeOldRows(): Promise<Record<string, number>>
  /** Resolves when the slice under way is done. */
  stop(): Promise<void>
}

/** Removes what has outlived its retention. Several may run at once: each passes over what another has in hand. */
export function createHousekeeper(options: {
  db: Database
  log: Logger
  telemetry: Telemetry
  now?: () => Date
}): Housekeeper {
  const { db, log, telemetry, now = () => new Date() } = options
  const ending = new AbortController()
  let current: Promise<Record<string, number>> | undefined

  const goOn = async () => {
    await delay(BREATH_MS)
    return !ending.signal.aborted
  }

  async function sweepOnce() {
    const removed = await telemetry.span('housekeeping', {}, () => removeOldRows(db, now(), goOn))
    for (const [table, count] of Object.entries(removed)) telemetry.count('latchkey.removed', count, { table })
    if (Object.keys(removed).length > 0) log.info({ removed }, 'old rows removed')
    return removed
  }

  const share = () => {
    current ??= sweepOnce().finally(() => {
      current = undefined
    })
    return current
  }

  async function run() {
    while (!ending.signal.aborted) {
      await share().catch((error) => log.error({ err: error }, 'housekeeping failed, will try again'))
      await delay(EVERY_MS, undefined, { signal: ending.signal, ref: false }).catch(() => {})
    }
  }

  return {
    start: () => void run(),
    removeOldRows: share,
    async stop() {
      ending.abort()
      await current?.catch(() => {})
    },
  }
}
