import { parseCookie, stringifySetCookie } from 'cookie'
import { SESSION_TTL_SECONDS } from '@/server/accounts/sessions'
import { env } from '@/server/env'

/**
 * The cookies of this app, all HttpOnly and SameSite=Lax; on https also Secure and `__Host-`, so that no
 * other host can set them. For adapters only: the core knows no cookies.
 */
export type CookieName = 'session' | 'reset' | 'flow' | 'notice'

/** How long a browser keeps each, in seconds; the server decides by its rows anyway. */
const MAX_AGE: Record<CookieName, () => number> = {
  session: () => SESSION_TTL_SECONDS,
  /** What the form will spend: the token of an opened link, or the grant that a code has earned. */
  reset: () => env().linkTtlSeconds,
  /** Which request this browser made, and for whom. */
  flow: () => env().linkTtlSeconds,
  /** Why an opened link was turned away, for the next page to tell. */
  notice: () => 60,
}

const wireName = (name: CookieName) => (env().secureCookies ? `__Host-latchkey-${name}` : `latchkey-${name}`)

/** The value of a cookie, or null. */
export function readCookie(headers: Headers, name: CookieName): string | null {
  return parseCookie(headers.get('cookie') ?? '')[wireName(name)] || null
}

/** Adds the `Set-Cookie` of a value to an answer's headers. */
export function setCookie(headers: Headers, name: CookieName, value: string): void {
  append(headers, name, value, MAX_AGE[name]())
}

/** Adds the `Set-Cookie` that makes a browser forget one. */
export function clearCookie(headers: Headers, name: CookieName): void {
  append(headers, name, '', 0)
}

function append(headers: Headers, name: CookieName, value: string, maxAge: number) {
  const secure = env().secureCookies
  headers.append(
    'set-cookie',
    stringifySetCookie({ name: wireName(name), value, maxAge, path: '/', httpOnly: true, sameSite: 'lax', secure }),
  )
}
