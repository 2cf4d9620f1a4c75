import { type RecoveryContext, secondsUntil } from '@/server/core/context'
import { RecoveryError, type RecoveryErrorCode } from '@/server/core/errors'
import type { PausableSecret } from '@/server/core/pauses'
import { runStatement } from '@/server/db/client'
import type { Pause } from '@/server/db/schema'
import type { SQL } from '@/server/db/sql'
import { type Step, statementOf } from '@/server/db/statement'
import { countLimits, type LimitCheck, type LimitResult } from './counter'
import { type LimitedAction, PAUSE_RETRY_SECONDS } from './limits'

export interface LimitedCall {
  action: LimitedAction
  /** Keyed digest of the identifier, for actions that have a cooldown. */
  identifierDigest?: Buffer
  cooldownSeconds?: number
  /** The kind of secret that the call presents, which an operator can pause. */
  secret?: PausableSecret
}

const PAUSE_CODES: Record<Pause, RecoveryErrorCode> = {
  all: 'recovery-paused',
  codes: 'codes-paused',
  links: 'links-paused',
}

/** What the statement does once it is counted. `query` returns the row of `check.result`, joined to what it reads. */
export interface LimitedWork {
  steps?: Step[]
  query: SQL
}

type LimitContext = Pick<RecoveryContext, 'db' | 'now' | 'requester' | 'policy' | 'raiseAlarm' | 'refusedNetworks'>

/**
 * Refuses the call without a statement if a network of the requester was refused before and its window is not over.
 * `runLimited` does this itself. A verb that runs another statement first must call it before that.
 * @throws RecoveryError `too-many-requests`, as the database would
 */
export function refuseRememberedNetwork(ctx: Omit<LimitContext, 'db'>, action: LimitedAction): void {
  const until = ctx.refusedNetworks?.refusedUntil(action, ctx.requester.networks, ctx.now)
  if (until) throw new RecoveryError('too-many-requests', { retryAfterSeconds: secondsUntil(ctx.now, until) })
}

/**
 * Runs one statement that counts a call against the limits of its action and then does its work.
 * The work's steps must read `from check.result where check.passed`, so that a refused call changes nothing else.
 *
 * @returns the one row of the query
 * @throws RecoveryError `too-many-requests`, `recovery-paused`, `codes-paused`, `links-paused`, with the seconds to wait
 */
export async function runLimited<Row>(
  ctx: LimitContext,
  { action, identifierDigest, cooldownSeconds, secret }: LimitedCall,
  work: (check: LimitCheck) => LimitedWork,
): Promise<Row & LimitResult> {
  refuseRememberedNetwork(ctx, action)
  const { networks } = ctx.requester
  const subjects = { networks, identifierDigest, now: ctx.now, scale: ctx.policy.rateLimitScale, secret }
  const check = countLimits(action, subjects, cooldownSeconds)
  const { steps = [], query } = work(check)
  const [row] = await runStatement<Row & LimitResult>(ctx.db, statementOf([...check.steps, ...steps], query))
  if (!row) throw new Error(`the statement of ${action} returned no row`)
  if (row.pausedBy) throw new RecoveryError(PAUSE_CODES[row.pausedBy], { retryAfterSeconds: PAUSE_RETRY_SECONDS })
  if (row.isAlarm) ctx.raiseAlarm?.(action)
  if (row.refusedNetwork && row.refusedUntil)
    ctx.refusedNetworks?.remember(action, row.refusedNetwork, row.refusedUntil)
  if (row.retryAfterSeconds !== null)
    throw new RecoveryError('too-many-requests', { retryAfterSeconds: row.retryAfterSeconds })
  return row
}
