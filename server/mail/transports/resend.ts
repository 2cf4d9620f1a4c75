import { type ErrorResponse, Resend } from 'resend'
import { EMAIL_HEADERS, type OutgoingEmail } from '@/server/mail/emails'
import { speakable } from '@/server/mail/reasons'
import type { CallOutcome, EmailOutcome, MailTransport } from './transport'

/** Long, but a link that lives an hour gets more than one chance. */
const QUOTA_WAIT_MS = 900_000
const OPERATOR_WAIT_MS = 60_000

/**
 * Sends through Resend. The SDK returns errors instead of throwing them, and neither retries nor gives up:
 * the worker does both. RESEND_BASE_URL is read by the SDK itself.
 */
export function createResendTransport(options: { apiKey: string; from: string }): MailTransport {
  const resend = new Resend(options.apiKey)
  return {
    async send(mails, key, signal) {
      const payload = mails.map(({ to, subject, html, text }) => ({
        from: options.from,
        to,
        subject,
        html,
        text,
        headers: EMAIL_HEADERS,
      }))
      const { data, error, headers } = await resend.batch.send(payload, {
        idempotencyKey: key,
        batchValidation: 'permissive',
        signal,
      })
      if (error) return explain(error, headers ?? {}, mails)
      const spent = headers?.['ratelimit-remaining'] === '0'
      const pauseMs = spent ? secondsToMs(headers?.['ratelimit-reset']) : undefined
      return { kind: 'settled', outcomes: inOrder(mails, data), pauseMs }
    },
  }
}

const secondsToMs = (text: string | undefined) =>
  text && Number.isFinite(Number(text)) ? Number(text) * 1000 : undefined

/** Permissive validation lists the accepted in order, and the refused by their place in the call. */
function inOrder(
  mails: OutgoingEmail[],
  answer: { data: { id: string }[]; errors?: { index: number; message: string }[] },
): EmailOutcome[] {
  const refused = new Map(answer.errors?.map(({ index, message }) => [index, message]))
  const accepted = answer.data.values()
  return mails.map((_, index) => {
    const reason = refused.get(index)
    if (reason !== undefined) return { accepted: false, reason: speakable(reason) }
    return { accepted: true, providerId: accepted.next().value?.id ?? null }
  })
}

/** What to do about an error of the whole call. A proxy's own page comes as `application_error`, or as no name at all. */
function explain(error: ErrorResponse, headers: Record<string, string>, mails: OutgoingEmail[]): CallOutcome {
  const reason = speakable(`${error.statusCode ?? 'no answer'} ${error.name}: ${error.message}`)
  const afterMs = secondsToMs(headers['retry-after'])
  switch (error.name) {
    case 'daily_quota_exceeded':
    case 'monthly_quota_exceeded':
      return { kind: 'retry', reason, afterMs: Math.max(afterMs ?? 0, QUOTA_WAIT_MS) }
    case 'invalid_idempotent_request':
      // This batch was accepted before, in words that have changed since (a deploy): it must not go twice.
      return { kind: 'settled', outcomes: mails.map(() => ({ accepted: true, providerId: null })) }
    case 'validation_error':
    case 'missing_required_field':
    case 'invalid_parameter':
    case 'invalid_attachment':
      if (error.statusCode === 400 || error.statusCode === 422) return { kind: 'refused', reason }
  }
  if (error.statusCode === 413) return { kind: 'refused', reason }
  // What is left of 4xx is for an operator to mend (the key, the sender, the address of the API): no mail is given up for it.
  const operators = error.statusCode !== null && error.statusCode < 500 && ![409, 429].includes(error.statusCode)
  return { kind: 'retry', reason, afterMs: operators ? OPERATOR_WAIT_MS : afterMs }
}
