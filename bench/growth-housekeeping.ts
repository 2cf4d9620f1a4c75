import { setTimeout as sleep } from 'node:timers/promises'
import type { Sql } from 'postgres'
import { loadOldTokens, type Numbers } from './bulk-load'
import { listCases } from './cases'
import { type Generator, generate } from './generate'
import { checkStatuses } from './measure'
import type { Product } from './product'

const OLD_ROWS = 200_000
const PATIENCE_MS = 180_000

export interface HousekeepingResult {
  rows: number
  removedPerSecond: number
  requestsPerSecond: number
  /** All rows that the requests and the worker added meanwhile. */
  addedPerSecond: number
  met: boolean
}

/**
 * Adds requests that are old enough to be removed, sends requests all the time, and measures how fast housekeeping, which
 * runs every minute, removes them.
 */
export async function measureHousekeeping(
  { origin, sql }: Product,
  accounts: Numbers,
  generator: Generator,
): Promise<HousekeepingResult> {
  console.log(`Housekeeping of ${OLD_ROWS.toLocaleString('en')} old rows while requests run…`)
  const numbers = { first: accounts.first + accounts.count, count: OLD_ROWS }
  await loadOldTokens(sql, numbers, { oldestDays: 9, newestDays: 8 })
  const request = listCases('').find(({ id }) => id === 'request-unknown')
  if (!request?.template) throw new Error('There is no case request-unknown')

  let isOver = false
  const rates: number[] = []
  const requests = (async () => {
    let first = 1_900_000_000
    while (!isOver) {
      const options = { origin, templates: [request.template as NonNullable<typeof request.template>], connections: 16 }
      const load = await generate(generator, { ...options, seconds: 3, first })
      checkStatuses(request.name, load, [200])
      rates.push(load.perSecond)
      first = load.next
    }
  })()
  const measured = watch(sql).finally(() => {
    isOver = true
  })
  const [{ seconds, added }] = await Promise.all([measured, requests])
  const removedPerSecond = OLD_ROWS / seconds
  const addedPerSecond = added / seconds
  const requestsPerSecond = rates.reduce((sum, rate) => sum + rate, 0) / rates.length
  return {
    rows: OLD_ROWS,
    removedPerSecond,
    requestsPerSecond,
    addedPerSecond,
    met: removedPerSecond >= addedPerSecond,
  }
}

/** Waits until housekeeping begins, and until it has removed everything. */
async function watch(sql: Sql): Promise<{ seconds: number; added: number }> {
  let began: { at: number; inserted: number } | undefined
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(250)) {
    const [row] = await sql<{ old: string; inserted: string }[]>`
      select
        (select count(*) from latchkey.password_reset_tokens where expires_at < now() - interval '7 days') as old,
        (select sum(n_tup_ins) from pg_stat_user_tables where schemaname = 'latchkey') as inserted`
    const [old, inserted] = [Number(row?.old), Number(row?.inserted)]
    if (old < OLD_ROWS) began ??= { at: Date.now(), inserted }
    if (old === 0 && began) return { seconds: (Date.now() - began.at) / 1000, added: inserted - began.inserted }
  }
  throw new Error(`Housekeeping did not remove ${OLD_ROWS} old rows within ${PATIENCE_MS / 1000} s`)
}
