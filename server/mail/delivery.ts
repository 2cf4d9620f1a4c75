import type { Logger } from 'pino'
import { type Database, isUnavailable } from '@/server/db/client'
import type { MailKind } from '@/server/db/schema'
import { silent, type Telemetry } from '@/server/observability/telemetry'
import type { Composed, OutgoingEmail } from './emails'
import {
  type ClaimedBatch,
  type ClaimedEmail,
  requeue,
  retryLater,
  type Settled,
  type SettledRow,
  settle,
  splitBatch,
} from './outbox'
import { PACE } from './pace'
import { speakable } from './reasons'
import type { CallOutcome, EmailOutcome, MailTransport } from './transports/transport'

/** Turns claimed rows of one kind into mails; handed in, so that mail knows nothing of recovery. */
export type Composer = (batch: ClaimedEmail[], now: Date) => Promise<Composed[]>

export interface DeliveryOptions {
  db: Database
  transport: MailTransport
  composers: Record<MailKind, Composer>
  log: Logger
  telemetry?: Telemetry
  /** The only clock that decides anything; timers merely wait. */
  now?: () => Date
  pace?: Partial<typeof PACE>
}

/** A row that waits for its composer to be mended. */
type PutBack = { id: string; putBack: true }

/** A row that still cannot be composed this long after it was queued is given up. */
const COMPOSE_FOR_MS = 3_600_000
const EXPIRED = 'not sent in time: the link in it is dead'

const whyNotSent = (composed: Composed | undefined): string => {
  if (!composed) return 'nothing was composed'
  return 'failed' in composed ? composed.failed : EXPIRED
}

/** What becomes of a claimed batch: composed, called out, and every row of it noted or left to wait. */
export function createDelivery(options: DeliveryOptions, aborted: AbortSignal) {
  const { db, transport, composers, log, telemetry = silent, now = () => new Date() } = options
  const pace = { ...PACE, ...options.pace }
  /** Since when, and for how long, the provider wants no call. */
  let pause = { from: 0, ms: 0 }
  let failuresInARow = 0

  /** Spread, so that workers do not call in step. */
  const backoff = (failures: number) =>
    Math.min(pace.longestBackoff, pace.backoff * 2 ** Math.max(0, failures - 1)) * (0.75 + Math.random() / 2)

  /** A clock that was set back ends the pause: waiting out the difference could take hours. */
  function pausedFor(): number {
    const gone = now().getTime() - pause.from
    return gone >= 0 && gone < pause.ms ? pause.ms - gone : 0
  }

  const later = (ms: number) => new Date(now().getTime() + ms)

  /** Composes a batch; where that fails for the sake of one row, that row alone goes back to wait its turn. */
  async function compose(batch: ClaimedBatch): Promise<(Composed | PutBack)[]> {
    const [first, ...others] = batch.mails
    if (!first) return []
    try {
      return await composers[first.kind](batch.mails, now())
    } catch (error) {
      if (isUnavailable(error)) throw error
      if (others.length === 0) return [await putBack(batch, first, error)]
      log.error({ err: error, batch: batch.id }, 'mail batch not delivered as one, composing row by row')
    }
    const composed: (Composed | PutBack)[] = []
    for (const mail of batch.mails) composed.push(...(await compose({ ...batch, mails: [mail] })))
    return composed
  }

  async function putBack(batch: ClaimedBatch, mail: ClaimedEmail, error: unknown): Promise<Composed | PutBack> {
    log.error({ err: error, mail: mail.id, requestId: mail.requestId }, 'mail not composed')
    const reason = `not composed: ${error instanceof Error ? error.name : 'failed'}`
    if (now().getTime() - mail.createdAt.getTime() > COMPOSE_FOR_MS) return { id: mail.id, failed: reason }
    await requeue(db, batch, mail.id, later(backoff(mail.attempts)), reason)
    return { id: mail.id, putBack: true }
  }

  async function call(mails: OutgoingEmail[], key: string): Promise<CallOutcome> {
    const signal = AbortSignal.any([aborted, AbortSignal.timeout(pace.callTimeout)])
    try {
      return await transport.send(mails, key, signal)
    } catch (error) {
      return { kind: 'retry', reason: speakable(error instanceof Error ? error.message : 'the transport failed') }
    }
  }

  /** Notes how mails ended, in the row, the log and the counters. */
  async function conclude(settled: Settled[]): Promise<SettledRow[]> {
    const rows = await settle(db, now(), settled)
    for (const row of rows) {
      telemetry.count(row.status === 'sent' ? 'latchkey.mail.sent' : 'latchkey.mail.failed', 1, { kind: row.kind })
      if (row.status === 'failed')
        log.error({ mail: row.id, requestId: row.requestId, reason: row.reason }, 'mail failed')
    }
    return rows
  }

  async function noteAnswers(batch: ClaimedBatch, mails: OutgoingEmail[], outcomes: EmailOutcome[]) {
    const settled = outcomes.map((result, at): Settled => {
      const id = mails[at]?.id as string
      return result.accepted
        ? { id, status: 'sent', providerId: result.providerId, reason: null }
        : { id, status: 'failed', providerId: null, reason: result.reason }
    })
    const sent = (await conclude(settled)).filter((row) => row.status === 'sent')
    log.info({ batch: batch.id, sent: sent.length, requestIds: sent.map((row) => row.requestId) }, 'mail sent')
  }

  async function waitForNextTry(batch: ClaimedBatch, outcome: { reason: string; afterMs?: number }) {
    failuresInARow += 1
    const attempts = batch.mails[0]?.attempts ?? 1
    const pauseMs = outcome.afterMs || backoff(failuresInARow)
    // A batch that goes on failing is due after the pause is over, so that others are tried before it.
    const ownMs = outcome.afterMs || Math.max(backoff(attempts), attempts > 2 ? 1.5 * pauseMs : 0)
    const waitMs = aborted.aborted ? 0 : ownMs
    pause = { from: now().getTime(), ms: pauseMs }
    await retryLater(db, batch, later(waitMs), outcome.reason)
    telemetry.count('latchkey.mail.retries')
    log.warn(
      { batch: batch.id, mails: batch.mails.length, attempts, waitMs, reason: outcome.reason },
      'mail not accepted, will retry',
    )
  }

  async function deliver(batch: ClaimedBatch): Promise<string> {
    const claimedAt = now().getTime()
    const composed = new Map((await compose(batch)).map((one) => [one.id, one]))
    const failed: Settled[] = []
    const mails: OutgoingEmail[] = []
    for (const { id } of batch.mails) {
      const one = composed.get(id)
      if (one && 'putBack' in one) continue
      if (one && 'mail' in one && one.expiresAt > now()) mails.push(one.mail)
      // What its composer has settled itself is left as it is: this reason is for a row that nobody has.
      else failed.push({ id, status: 'failed', providerId: null, reason: whyNotSent(one) })
    }
    await conclude(failed)
    if (mails.length === 0) return 'nothing to send'
    // Held up until another worker may have the batch: a call now could cross with what that one makes of it.
    if (now().getTime() - claimedAt > pace.lease - pace.callTimeout) return 'too late'

    const outcome = await call(mails, batch.id)
    switch (outcome.kind) {
      case 'retry':
        await waitForNextTry(batch, outcome)
        break
      case 'refused': {
        failuresInARow = 0
        const ids = mails.map(({ id }) => id)
        const half = Math.ceil(ids.length / 2)
        if (ids.length > 1) await splitBatch(db, batch, now(), [ids.slice(0, half), ids.slice(half)])
        else await conclude(ids.map((id) => ({ id, status: 'failed', providerId: null, reason: outcome.reason })))
        log.warn({ batch: batch.id, mails: ids.length, reason: outcome.reason }, 'mail batch refused')
        break
      }
      case 'settled':
        failuresInARow = 0
        if (outcome.pauseMs) pause = { from: now().getTime(), ms: outcome.pauseMs }
        await noteAnswers(batch, mails, outcome.outcomes)
    }
    return outcome.kind
  }

  /** The database failed in the middle: what was sent, if anything, is found out by the same call under the same key. */
  async function handBack(batch: ClaimedBatch, error: unknown): Promise<string> {
    log.error({ err: error, batch: batch.id }, 'mail batch not delivered')
    await retryLater(db, batch, later(backoff(batch.mails[0]?.attempts ?? 1)), 'the database failed')
    return 'handed back'
  }

  return {
    /** How many milliseconds the provider wants no call for. */
    pausedFor,

    /** Never fails but for a database that cannot be reached; then the lease of the batch runs out. */
    deliver: (batch: ClaimedBatch): Promise<void> =>
      telemetry.span(
        'mail batch',
        { 'latchkey.mail.batch': batch.id, 'latchkey.mail.count': batch.mails.length },
        async (tell) => {
          tell({ 'latchkey.mail.kind': batch.mails[0]?.kind ?? '' })
          tell({ 'latchkey.mail.outcome': await deliver(batch).catch((error) => handBack(batch, error)) })
        },
      ),
  }
}
