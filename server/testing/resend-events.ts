import { randomUUID } from 'node:crypto'
import type { Database } from '@/server/db/client'
import type { mailOutbox } from '@/server/db/schema'
import { receiveResendEvent } from '@/server/http/resend-webhook'
import { findSuppression } from '@/server/mail/suppressions'
import { newWebhookSecret, signWebhook } from './fake-resend-webhook'
import { APP_URL, createRecoveryFixture } from './recovery-fixture'

export const WEBHOOK_SECRET = newWebhookSecret()

export type EventKind = 'delivered' | 'bounced' | 'complained' | 'failed' | 'suppressed'

/** The JSON of an event about the email that Resend knows by this id. */
export const resendEvent = (kind: EventKind | 'opened', emailId: string, more: object = {}) =>
  JSON.stringify({ type: `email.${kind}`, created_at: '2026-11-20T14:30:00Z', data: { email_id: emailId, ...more } })

interface SignedEventOptions {
  id?: string
  at?: Date
  /** The body that is signed, if it is not the body that is sent. */
  signedBody?: string
  secret?: string
}

/** A webhook request with this body, signed as Resend signs it. */
export function signedRequest(body: string, options: SignedEventOptions = {}) {
  const { id = `msg_${randomUUID()}`, at = new Date(), signedBody = body, secret = WEBHOOK_SECRET } = options
  const headers = signWebhook(secret, signedBody, { id, at })
  return new Request(`${APP_URL}/api/webhooks/resend`, { method: 'POST', body, headers })
}

/** A recovery fixture with one account that was sent a reset email, and the webhook for events about that email. */
export async function createResendEventFixture(db: Database) {
  const fixture = createRecoveryFixture(db)
  const account = await fixture.account()
  await fixture.mailedLink(account)
  const row = async () => (await fixture.outbox())[0] as typeof mailOutbox.$inferSelect
  const providerId = (await row()).providerId as string
  const receive = (request: Request) =>
    receiveResendEvent({ db, now: fixture.clock.now(), secret: WEBHOOK_SECRET, sendEvents: false }, request)
  return {
    fixture,
    account,
    providerId,
    /** The outbox row of the email. */
    row,
    receive,
    /** Receives an event about the email. */
    report: (kind: EventKind, more?: object, id?: string) =>
      receive(signedRequest(resendEvent(kind, providerId, more), { id })),
    suppression: () => findSuppression({ db, now: fixture.clock.now() }, account.id),
  }
}
