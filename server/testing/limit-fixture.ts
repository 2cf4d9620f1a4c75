import { type Database, runStatement } from '@/server/db/client'
import { sql } from '@/server/db/sql'
import { statementOf } from '@/server/db/statement'
import { countLimits, type LimitResult, type LimitSubjects } from '@/server/limits/counter'
import type { LimitedAction } from '@/server/limits/limits'
import { newClientNetworks } from './client-address'
import { createClock } from './clock'

/** The result of a call that no limit refuses. */
export const accepted: LimitResult = {
  retryAfterSeconds: null,
  cooldownSecondsLeft: null,
  isAlarm: false,
  refusedNetwork: null,
  refusedUntil: null,
  pausedBy: null,
}

/** Counts calls on one database and one clock, each from a new network unless one is given. */
export function createLimitFixture(db: Database) {
  const clock = createClock()

  /** Counts one call of an action, like the statement of a limited verb. */
  async function count(action: LimitedAction, given: Partial<LimitSubjects> = {}, cooldownSeconds?: number) {
    const subjects = { networks: newClientNetworks(), now: clock.now(), scale: 1, ...given }
    const { steps, result } = countLimits(action, subjects, cooldownSeconds)
    const [row] = await runStatement<LimitResult>(db, statementOf(steps, sql`select * from ${result}`))
    return row
  }

  /** Counts many calls at the same time: the pool has ten connections. */
  const countMany = (times: number, ...call: Parameters<typeof count>) =>
    Promise.all(Array.from({ length: times }, () => count(...call)))

  return { clock, count, countMany }
}
