import { findSession, type SessionAccount } from '@/server/accounts/sessions'
import type { RecoveryContext } from '@/server/core/context'
import { env } from '@/server/env'
import { bearerTokenOf } from '@/server/http/bearer-token'
import { readCookie } from '@/server/http/cookies'
import { requesterOf } from '@/server/http/requester'
import { contextFor } from '@/server/runtime'

export interface ApiContext {
  recovery: RecoveryContext
  /** The request's own headers: cookies and the bearer token. */
  headers: Headers
  /** Headers of the answer: cookies to set. */
  answer: Headers
  /** Looks the session up once, when a procedure asks for it. */
  session(): Promise<SessionAccount | null>
}

/** The session token of a request: `Authorization: Bearer`, else the session cookie. */
export const sessionTokenOf = (headers: Headers): string | null =>
  bearerTokenOf(headers) ?? readCookie(headers, 'session')

/** The context of one call, for the fetch adapter and for pages alike. */
export function createApiContext(headers: Headers, answer: Headers): ApiContext {
  const recovery = contextFor(requesterOf(headers, env().trustedProxyHops))
  let session: Promise<SessionAccount | null> | undefined
  return {
    recovery,
    headers,
    answer,
    session() {
      const token = sessionTokenOf(headers)
      session ??= token ? findSession(recovery, token) : Promise.resolve(null)
      return session
    },
  }
}
