import type { SessionAccount } from '@/server/accounts/own/find-session'
import type { RecoveryContext } from '@/server/core/context'
import { env } from '@/server/env'
import { bearerTokenOf } from '@/server/http/bearer-token'
import { readCookie } from '@/server/http/cookies'
import { currentSession } from '@/server/http/current-session'
import { requesterOf } from '@/server/http/requester'
import { contextFor } from '@/server/runtime'

export interface ApiContext {
  recovery: RecoveryContext
  /** The headers of the request. */
  headers: Headers
  /** The headers of the response, for cookies. */
  answer: Headers
  /** The caller's session, or null. It is looked up at the first call and only once. */
  session(): Promise<SessionAccount | null>
}

/** The session token of a request: the bearer token, or else the session cookie, or null. */
export const sessionTokenOf = (headers: Headers): string | null =>
  bearerTokenOf(headers) ?? readCookie(headers, 'session')

/**
 * The context of one call, from the fetch adapter or from a page.
 * @param signal aborted when the client has gone
 */
export function createApiContext(headers: Headers, answer: Headers, signal?: AbortSignal): ApiContext {
  const recovery = contextFor(requesterOf(headers, env().trustedProxyHops), signal)
  let session: Promise<SessionAccount | null> | undefined
  return {
    recovery,
    headers,
    answer,
    session() {
      session ??= currentSession(recovery, sessionTokenOf(headers))
      return session
    },
  }
}
