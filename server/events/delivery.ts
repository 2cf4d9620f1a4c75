import type { Logger } from 'pino'
import { secondsAfter } from '@/server/core/context'
import type { Database } from '@/server/db/client'
import { silent, type Telemetry } from '@/server/observability/telemetry'
import { type ClaimedEvent, RETRY_SECONDS } from './outbox'
import type { PostEvent, PostOutcome } from './post-event'
import { type Settlement, settleEvent } from './settle-event'
import { TIMING } from './timing'

export interface EventDeliveryOptions {
  db: Database
  post: PostEvent
  log: Logger
  telemetry?: Telemetry
  /** The clock that all decisions use. Timers only wait. */
  now?: () => Date
  timing?: Partial<typeof TIMING>
}

/** The longest that a `Retry-After` of the application is followed. */
const LONGEST_RETRY_SECONDS = Math.max(...RETRY_SECONDS)

/** How a try ends that was the `attempts`th, counted from 0. */
function settlementOf(outcome: PostOutcome, attempts: number, now: Date): Settlement {
  if (outcome.kind === 'accepted') return { status: 'delivered' }
  const waitSeconds = RETRY_SECONDS[attempts]
  const { reason } = outcome
  if (outcome.kind === 'refused' || waitSeconds === undefined) return { status: 'failed', reason }
  const afterSeconds = Math.min(outcome.afterSeconds ?? 0, LONGEST_RETRY_SECONDS)
  return { status: 'queued', dueAt: secondsAfter(now, Math.max(waitSeconds, afterSeconds)), reason }
}

/**
 * Makes one try of a claimed event, and records how it ended.
 * @param stopped aborts the tries that run; their events are due again at once.
 */
export function createEventDelivery(options: EventDeliveryOptions, stopped: AbortSignal) {
  const { db, post, log, telemetry = silent, now = () => new Date() } = options
  const timing = { ...TIMING, ...options.timing }
  const logRetry = createRetryLog(log, timing.logInterval, now)

  async function makeTry(event: ClaimedEvent): Promise<Settlement> {
    const timeout = AbortSignal.timeout(timing.callTimeout)
    try {
      const outcome = await post(event, now(), AbortSignal.any([stopped, timeout]))
      return settlementOf(outcome, event.attempts, now())
    } catch (error) {
      if (stopped.aborted) return { status: 'handed back' }
      if (!timeout.aborted) throw error
      return settlementOf({ kind: 'retry', reason: 'no answer in time' }, event.attempts, now())
    }
  }

  function report(event: ClaimedEvent, settlement: Settlement) {
    const { type, requestId } = event
    const fields = { event: event.id, type, requestId }
    switch (settlement.status) {
      case 'delivered':
        telemetry.count('latchkey.events.delivered', 1, { type })
        return log.info(fields, 'event delivered')
      case 'failed':
        telemetry.count('latchkey.events.failed', 1, { type })
        return log.error({ ...fields, reason: settlement.reason }, 'event failed')
      case 'queued':
        telemetry.count('latchkey.events.retries', 1, { type })
        return logRetry({ ...fields, reason: settlement.reason, dueAt: settlement.dueAt })
    }
  }

  /** Makes a try. Never rejects: if the outcome cannot be recorded, the event is due when its lease ends. */
  return (event: ClaimedEvent): Promise<void> =>
    telemetry
      .span('event', { 'latchkey.event.id': event.id, 'latchkey.event.type': event.type }, async (setAttributes) => {
        const settlement = await makeTry(event)
        if (await settleEvent(db, now(), event, settlement)) report(event, settlement)
        setAttributes({ 'latchkey.event.outcome': settlement.status })
      })
      .catch((error) => log.error({ err: error, event: event.id }, 'event not settled, will be sent again'))
}

/** Logs tries that failed, at most one in each interval. The line says how many were left out since the last one. */
function createRetryLog(log: Logger, intervalMs: number, now: () => Date) {
  let loggedAt = Number.NEGATIVE_INFINITY
  let omitted = 0
  return (fields: object) => {
    const elapsed = now().getTime() - loggedAt
    if (elapsed >= 0 && elapsed < intervalMs) {
      omitted += 1
      return
    }
    log.warn({ ...fields, omitted }, 'event not accepted, will retry')
    loggedAt = now().getTime()
    omitted = 0
  }
}
