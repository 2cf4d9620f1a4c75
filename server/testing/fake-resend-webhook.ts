import { createHmac, randomBytes, randomUUID } from 'node:crypto'

export type WebhookDelivery = {
  /** `svix-id`. Use the same one twice to deliver an event again. */
  id?: string
  /** The time in the signature. Default: now. */
  at?: Date
  /** `body`: one byte more than was signed; `signature`: made with another secret; `unsigned`: no Svix headers. */
  tamper?: 'body' | 'signature' | 'unsigned'
}

/** A signing secret as Resend shows one: `whsec_` and base64. */
export const newWebhookSecret = () => `whsec_${randomBytes(24).toString('base64')}`

/** Svix headers for a raw body: `v1,` and the base64 HMAC-SHA256 of `id.seconds.body` (standardwebhooks.com). */
export function signWebhook(secret: string, body: string, { id = `msg_${randomUUID()}`, at = new Date() } = {}) {
  const timestamp = String(Math.floor(at.getTime() / 1000))
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  return { 'svix-id': id, 'svix-timestamp': timestamp, 'svix-signature': `v1,${signature}` }
}

/** Posts an event to `url`, signed as Resend does through Svix. A string is sent unchanged. Returns the response. */
export function postWebhook(secret: string, url: string, event: object | string, delivery: WebhookDelivery = {}) {
  const { tamper, ...stamp } = delivery
  const body = typeof event === 'string' ? event : JSON.stringify(event)
  const signed = signWebhook(tamper === 'signature' ? newWebhookSecret() : secret, body, stamp)
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(tamper === 'unsigned' ? {} : signed) },
    // JSON allows a trailing space, so only a check of the raw body notices it.
    body: tamper === 'body' ? `${body} ` : body,
  })
}
