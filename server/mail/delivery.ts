import type { Logger } from 'pino'
import type { Database } from '@/server/db/client'
import type { MailKind } from '@/server/db/schema'
import { silent, type Telemetry } from '@/server/observability/telemetry'
import { type Composer, composeBatch } from './compose-batch'
import type { Composed, OutgoingEmail } from './emails'
import type { ClaimedBatch } from './outbox'
import { redactReason } from './redact-reason'
import { retryLater, splitBatch } from './retry-batch'
import { type Settlement, settle } from './settle'
import { TIMING } from './timing'
import type { CallOutcome, EmailOutcome, MailTransport } from './transport'

export interface DeliveryOptions {
  db: Database
  transport: MailTransport
  composers: Record<MailKind, Composer>
  log: Logger
  telemetry?: Telemetry
  /** Whether events about emails are queued for the application. */
  sendEvents: boolean
  /** The clock that all decisions use. Timers only wait. */
  now?: () => Date
  timing?: Partial<typeof TIMING>
}

const EXPIRED = 'not sent in time: its link has expired'

const whyNotSent = (composed: Composed | undefined): string => {
  if (!composed) return 'nothing was composed'
  return 'failed' in composed ? composed.failed : EXPIRED
}

const failed = (id: string, reason: string): Settlement => ({ id, status: 'failed', providerId: null, reason })

/**
 * Delivers claimed batches: composes the emails, makes the call, and settles each row or schedules a retry.
 * @param stopped aborts the call that runs; its batch is due again at once.
 */
export function createDelivery(options: DeliveryOptions, stopped: AbortSignal) {
  const { db, transport, composers, log, telemetry = silent, now = () => new Date() } = options
  const timing = { ...TIMING, ...options.timing }
  /** The provider wants no call for `ms` after `from`. */
  let pause = { from: 0, ms: 0 }
  let failuresInARow = 0

  /** Doubles with each failure; the random factor keeps workers from calling at the same moments. */
  const backoff = (failures: number) =>
    Math.min(timing.longestBackoff, timing.backoff * 2 ** Math.max(0, failures - 1)) * (0.75 + Math.random() / 2)

  /** A clock that is set back ends the pause. Otherwise the worker could wait for hours. */
  function pausedFor(): number {
    const elapsed = now().getTime() - pause.from
    return elapsed >= 0 && elapsed < pause.ms ? pause.ms - elapsed : 0
  }

  const later = (ms: number) => new Date(now().getTime() + ms)

  async function call(emails: OutgoingEmail[], key: string): Promise<CallOutcome> {
    const signal = AbortSignal.any([stopped, AbortSignal.timeout(timing.callTimeout)])
    try {
      return await transport.send(emails, key, signal)
    } catch (error) {
      return { kind: 'retry', reason: redactReason(error instanceof Error ? error.message : 'the transport failed') }
    }
  }

  /** Records the end of emails in their rows, the log and the counters. */
  async function settleAndLog(settlements: Settlement[]) {
    const rows = await settle(db, now(), settlements, options.sendEvents)
    for (const row of rows) {
      telemetry.count(row.status === 'sent' ? 'latchkey.mail.sent' : 'latchkey.mail.failed', 1, { kind: row.kind })
      if (row.status === 'failed')
        log.error({ email: row.id, requestId: row.requestId, reason: row.reason }, 'email failed')
    }
    return rows
  }

  async function recordOutcomes(batch: ClaimedBatch, emails: OutgoingEmail[], outcomes: EmailOutcome[]) {
    const settlements = outcomes.map((outcome, at): Settlement => {
      const id = emails[at]?.id as string
      return outcome.accepted
        ? { id, status: 'sent', providerId: outcome.providerId, reason: null }
        : failed(id, outcome.reason)
    })
    const sent = (await settleAndLog(settlements)).filter((row) => row.status === 'sent')
    log.info({ batch: batch.id, sent: sent.length, requestIds: sent.map((row) => row.requestId) }, 'emails sent')
  }

  async function scheduleRetry(batch: ClaimedBatch, outcome: { reason: string; afterMs?: number }) {
    failuresInARow += 1
    const attempts = batch.emails[0]?.attempts ?? 1
    const pauseMs = outcome.afterMs || backoff(failuresInARow)
    // A batch that keeps failing is due after the pause ends, so that other batches are tried before it.
    const retryMs = outcome.afterMs || Math.max(backoff(attempts), attempts > 2 ? 1.5 * pauseMs : 0)
    const waitMs = stopped.aborted ? 0 : retryMs
    pause = { from: now().getTime(), ms: pauseMs }
    await retryLater(db, batch, later(waitMs), outcome.reason)
    telemetry.count('latchkey.mail.retries')
    log.warn(
      { batch: batch.id, emails: batch.emails.length, attempts, waitMs, reason: outcome.reason },
      'emails not accepted, will retry',
    )
  }

  /** Halves a refused batch, so that only the email at fault fails in the end. */
  async function splitOrFail(batch: ClaimedBatch, emails: OutgoingEmail[], reason: string) {
    const ids = emails.map(({ id }) => id)
    const half = Math.ceil(ids.length / 2)
    if (ids.length > 1) await splitBatch(db, batch, now(), [ids.slice(0, half), ids.slice(half)])
    else await settleAndLog(ids.map((id) => failed(id, reason)))
    log.warn({ batch: batch.id, emails: ids.length, reason }, 'batch refused')
  }

  /** Composes a batch and settles the rows that have no email to send; returns the emails to send. */
  async function prepare(batch: ClaimedBatch): Promise<OutgoingEmail[]> {
    const results = await composeBatch({ db, composers, log, now, backoff }, batch)
    const composed = new Map(results.map((result) => [result.id, result]))
    const unsent: Settlement[] = []
    const emails: OutgoingEmail[] = []
    for (const { id } of batch.emails) {
      const result = composed.get(id)
      if (result && 'requeued' in result) continue
      if (result && 'email' in result && result.expiresAt > now()) emails.push(result.email)
      // Has no effect on a row that its composer has settled.
      else unsent.push(failed(id, whyNotSent(result)))
    }
    await settleAndLog(unsent)
    return emails
  }

  async function deliver(batch: ClaimedBatch): Promise<string> {
    const claimedAt = now().getTime()
    const emails = await prepare(batch)
    if (emails.length === 0) return 'nothing to send'
    // Composing took so long that the lease could end during the call, and another worker could make the same call.
    if (now().getTime() - claimedAt > timing.lease - timing.callTimeout) return 'too late'

    const outcome = await call(emails, batch.id)
    if (outcome.kind === 'retry') {
      await scheduleRetry(batch, outcome)
      return outcome.kind
    }
    failuresInARow = 0
    if (outcome.kind === 'refused') await splitOrFail(batch, emails, outcome.reason)
    else {
      if (outcome.pauseMs) pause = { from: now().getTime(), ms: outcome.pauseMs }
      await recordOutcomes(batch, emails, outcome.outcomes)
    }
    return outcome.kind
  }

  /** The database failed. The emails may be sent already: the same call under the same key will tell. */
  async function returnBatch(batch: ClaimedBatch, error: unknown): Promise<string> {
    log.error({ err: error, batch: batch.id }, 'batch not delivered')
    await retryLater(db, batch, later(backoff(batch.emails[0]?.attempts ?? 1)), 'the database failed')
    return 'handed back'
  }

  return {
    /** How many milliseconds the provider wants no call for. */
    pausedFor,

    /** Delivers one batch. Throws only if the database cannot be reached; the batch's lease runs out then. */
    deliver: (batch: ClaimedBatch): Promise<void> =>
      telemetry.span(
        'mail batch',
        { 'latchkey.mail.batch': batch.id, 'latchkey.mail.count': batch.emails.length },
        async (setAttributes) => {
          setAttributes({ 'latchkey.mail.kind': batch.emails[0]?.kind ?? '' })
          const outcome = await deliver(batch).catch((error) => returnBatch(batch, error))
          setAttributes({ 'latchkey.mail.outcome': outcome })
        },
      ),
  }
}
