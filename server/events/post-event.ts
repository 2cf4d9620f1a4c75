import { Webhook } from 'standardwebhooks'
import type { ClaimedEvent } from './outbox'

/** The outcome of a try. */
export type PostOutcome =
  /** The application answered 2xx. */
  | { kind: 'accepted' }
  /** Try again later, not before `afterSeconds` if given. */
  | { kind: 'retry'; reason: string; afterSeconds?: number }
  /** The application answered 410 and wants no such events. */
  | { kind: 'refused'; reason: string }

/** Posts an event to the application once. Rejects only when the signal is aborted. */
export type PostEvent = (event: ClaimedEvent, now: Date, signal: AbortSignal) => Promise<PostOutcome>

/**
 * Posts events as the Standard Webhooks specification says. Each try has a fresh timestamp and signatures; the id and
 * the body are the same on every try. Redirects are not followed, and the body of an answer is not read.
 * @param endpoint.secrets `whsec_…` secrets; each signs, so that the application may know any of them
 */
export function createEventPost(endpoint: { url: string; secrets: string[] }): PostEvent {
  const signers = endpoint.secrets.map((secret) => new Webhook(secret))
  return async (event, now, signal) => {
    const id = webhookIdOf(event)
    const body = bodyOf(event)
    try {
      const response = await fetch(endpoint.url, {
        method: 'POST',
        redirect: 'manual',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'Latchkey',
          'webhook-id': id,
          'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
          'webhook-signature': signers.map((signer) => signer.sign(id, now, body)).join(' '),
        },
        body,
        signal,
      })
      await response.body?.cancel().catch(() => {})
      return outcomeOf(response, now)
    } catch (error) {
      if (signal.aborted) throw error
      return { kind: 'retry', reason: `no answer: ${codeOf(error)}` }
    }
  }
}

/** The event's id on every try, which the application recognises a repeated event by. */
export const webhookIdOf = (event: Pick<ClaimedEvent, 'id'>): string => `msg_${event.id}`

const bodyOf = ({ type, createdAt, accountId, requestId, details }: ClaimedEvent): string =>
  JSON.stringify({
    type,
    timestamp: createdAt.toISOString(),
    data: { account_id: accountId, request_id: requestId, ...details },
  })

function outcomeOf({ ok, status, headers }: Response, now: Date): PostOutcome {
  if (ok) return { kind: 'accepted' }
  if (status === 410) return { kind: 'refused', reason: 'answered 410: it wants no more events' }
  const reason = status >= 300 && status < 400 ? `answered ${status}: redirects are not followed` : `answered ${status}`
  return { kind: 'retry', reason, afterSeconds: retryAfterOf(headers, now) }
}

/** `Retry-After` in seconds, which is a number or a date (RFC 9110 §10.2.3). */
function retryAfterOf(headers: Headers, now: Date): number | undefined {
  const value = headers.get('retry-after')?.trim()
  if (!value) return undefined
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - now.getTime()) / 1000
  return Number.isFinite(seconds) && seconds > 0 ? seconds : undefined
}

/** The code of a failed connection, such as ECONNREFUSED. Its message would name the address. */
function codeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  return typeof code === 'string' ? code : 'the connection failed'
}
