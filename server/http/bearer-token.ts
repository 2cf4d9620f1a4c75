import { digestOf, sameBytes } from '@/server/core/secrets'

/** The token of `Authorization: Bearer …` (RFC 6750 §2.1), or null. */
export const bearerTokenOf = (headers: Headers): string | null =>
  /^Bearer +([^\s]+)$/i.exec(headers.get('authorization') ?? '')?.[1] ?? null

/** Whether a request carries `expected` as its bearer token. Digests are compared, in constant time for any length. */
export function hasBearerToken(headers: Headers, expected: string): boolean {
  const token = bearerTokenOf(headers)
  return token !== null && sameBytes(digestOf(token), digestOf(expected))
}
