import { Resend } from 'resend'
import { z } from 'zod'
import type { Database } from '@/server/db/client'
import { MAIL_EVENT_TYPES } from '@/server/db/schema'
import { env } from '@/server/env'
import { type MailEvent, recordMailEvent } from '@/server/mail/mail-events'
import { redactReason } from '@/server/mail/redact-reason'
import { log } from '@/server/observability/log'
import { sharedDatabase, wakeMailWorker } from '@/server/runtime'
import { readBody } from './request-guard'

/** The fields of an event that are used here. */
const eventSchema = z.object({
  type: z.enum(MAIL_EVENT_TYPES.map((type) => `email.${type}` as const)),
  data: z.object({
    email_id: z.string().regex(/^[\w-]{1,200}$/),
    bounce: z.object({ type: z.string().optional(), message: z.string().optional() }).optional(),
    failed: z.object({ reason: z.string().optional() }).optional(),
    suppressed: z.object({ message: z.string().optional() }).optional(),
  }),
})

const answer = (status: number, text: string) =>
  new Response(`${text}\n`, { status, headers: { 'cache-control': 'no-store', 'content-type': 'text/plain' } })

/** `POST /api/webhooks/resend`: Resend reports what happened to emails. 404 unless RESEND_WEBHOOK_SECRET is set. */
export async function handleResendWebhook(request: Request): Promise<Response> {
  const { resendWebhookSecret: secret, sendEvents } = env()
  if (!secret) return answer(404, 'not found')
  const response = await receiveResendEvent({ db: sharedDatabase(), now: new Date(), secret, sendEvents }, request)
  if (!response.ok) log().warn({ status: response.status }, 'webhook refused')
  else if (sendEvents) wakeMailWorker()
  return response
}

/**
 * Receives one signed event. The SDK's verifier checks the signature over the raw body, the id and the time, which
 * may be five minutes off. An event id that was seen before changes nothing. Other kinds of event are ignored.
 */
export async function receiveResendEvent(
  ctx: { db: Database; now: Date; secret: string; sendEvents: boolean },
  request: Request,
): Promise<Response> {
  const body = await readBody(request)
  if (typeof body !== 'string') return answer(body.status, body.message)
  const id = request.headers.get('svix-id') ?? ''
  const verified = verify(ctx.secret, body, request.headers, id)
  if (!verified) return answer(400, 'The signature is invalid or expired.')
  const parsed = eventSchema.safeParse(verified.event)
  if (parsed.success && id.length <= 200)
    await recordMailEvent(ctx.db, ctx.now, eventOf(id, parsed.data), ctx.sendEvents)
  return answer(200, 'ok')
}

function verify(webhookSecret: string, payload: string, headers: Headers, id: string): { event: unknown } | null {
  const [timestamp, signature] = [headers.get('svix-timestamp') ?? '', headers.get('svix-signature') ?? '']
  try {
    // The constructor needs an API key, but verification does not use it.
    const { webhooks } = new Resend('unused')
    return { event: webhooks.verify({ payload, headers: { id, timestamp, signature }, webhookSecret }) }
  } catch {
    return null
  }
}

function eventOf(id: string, { type, data }: z.infer<typeof eventSchema>): MailEvent {
  const kind = type.slice('email.'.length) as MailEvent['type']
  const message = data.bounce?.message ?? data.failed?.reason ?? data.suppressed?.message
  return {
    id,
    providerId: data.email_id,
    type: kind,
    permanent: !['Transient', 'Undetermined'].includes(data.bounce?.type ?? ''),
    reason: kind === 'delivered' ? null : redactReason(message ? `${kind}: ${message}` : kind),
  }
}
