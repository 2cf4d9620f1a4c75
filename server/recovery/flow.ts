import { createHmac } from 'node:crypto'
import { type Identifier, identifierSchema } from '@/server/core/schemas'
import { type SecretRing, sameBytes } from '@/server/core/secrets'

/**
 * A browser's recovery under way: the request it made, and the identifier it typed. The browser keeps both in a
 * signed HttpOnly cookie. The server forgets the identifier as soon as the worker has processed the request.
 */
export interface Flow {
  requestId: string
  account: Identifier
}

const signature = (secret: string, body: string) =>
  createHmac('sha256', secret).update(`latchkey flow ${body}`).digest()

/** Encodes and signs a flow as the value of a cookie. */
export function sealFlow(secrets: SecretRing, flow: Flow): string {
  const body = Buffer.from(JSON.stringify([flow.requestId, flow.account])).toString('base64url')
  return `${body}.${signature(secrets[0], body).toString('base64url')}`
}

/** Reads the value of a flow cookie, or null when no secret of the ring has signed it. */
export function unsealFlow(secrets: SecretRing, value: string): Flow | null {
  const [body = '', signed = ''] = value.split('.')
  const given = Buffer.from(signed, 'base64url')
  if (!secrets.some((secret) => sameBytes(signature(secret, body), given))) return null
  const [requestId, account] = JSON.parse(Buffer.from(body, 'base64url').toString()) as [string, string]
  return { requestId, account: identifierSchema.parse(account) }
}
