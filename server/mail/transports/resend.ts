import { type ErrorResponse, Resend } from 'resend'
import { EMAIL_HEADERS, type OutgoingEmail } from '@/server/mail/emails'
import { redactReason } from '@/server/mail/redact-reason'
import type { CallOutcome, EmailOutcome, MailTransport } from '@/server/mail/transport'

/** After a spent quota. A link that works for an hour still gets more than one try. */
const QUOTA_PAUSE_MS = 900_000
/** After an error that only an operator can correct. */
const OPERATOR_PAUSE_MS = 60_000

/**
 * A transport that sends through Resend. The SDK returns errors instead of throwing them, and neither retries nor
 * times out: the worker does both. The SDK itself reads RESEND_BASE_URL.
 */
export function createResendTransport(options: { apiKey: string; from: string }): MailTransport {
  const resend = new Resend(options.apiKey)
  return {
    async send(emails, key, signal) {
      const payload = emails.map(({ to, subject, html, text }) => ({
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
      if (error) return outcomeOfError(error, headers ?? {}, emails)
      const limitReached = headers?.['ratelimit-remaining'] === '0'
      const pauseMs = limitReached ? secondsToMs(headers?.['ratelimit-reset']) : undefined
      return { kind: 'settled', outcomes: outcomesInOrder(emails, data), pauseMs }
    },
  }
}

const secondsToMs = (text: string | undefined) =>
  text && Number.isFinite(Number(text)) ? Number(text) * 1000 : undefined

/** Permissive validation lists the accepted emails in order, and the refused ones by their index in the call. */
function outcomesInOrder(
  emails: OutgoingEmail[],
  answer: { data: { id: string }[]; errors?: { index: number; message: string }[] },
): EmailOutcome[] {
  const refused = new Map(answer.errors?.map(({ index, message }) => [index, message]))
  const accepted = answer.data.values()
  return emails.map((_, index) => {
    const reason = refused.get(index)
    if (reason !== undefined) return { accepted: false, reason: redactReason(reason) }
    return { accepted: true, providerId: accepted.next().value?.id ?? null }
  })
}

/** The outcome of a call that failed as a whole. The SDK names a proxy's error page `application_error`, or not at all. */
function outcomeOfError(error: ErrorResponse, headers: Record<string, string>, emails: OutgoingEmail[]): CallOutcome {
  const reason = redactReason(`${error.statusCode ?? 'no answer'} ${error.name}: ${error.message}`)
  const afterMs = secondsToMs(headers['retry-after'])
  switch (error.name) {
    case 'daily_quota_exceeded':
    case 'monthly_quota_exceeded':
      return { kind: 'retry', reason, afterMs: Math.max(afterMs ?? 0, QUOTA_PAUSE_MS) }
    case 'invalid_idempotent_request':
      // Resend accepted this batch before with other texts (before a deploy). It must not be sent again.
      return { kind: 'settled', outcomes: emails.map(() => ({ accepted: true, providerId: null })) }
    case 'validation_error':
    case 'missing_required_field':
    case 'invalid_parameter':
    case 'invalid_attachment':
      if (error.statusCode === 400 || error.statusCode === 422) return { kind: 'refused', reason }
  }
  if (error.statusCode === 413) return { kind: 'refused', reason }
  // An operator can correct all other 4xx (the API key, the sender, the address of the API), so no email fails.
  const forOperator = error.statusCode !== null && error.statusCode < 500 && ![409, 429].includes(error.statusCode)
  return { kind: 'retry', reason, afterMs: forOperator ? OPERATOR_PAUSE_MS : afterMs }
}
