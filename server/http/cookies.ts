import { parseCookie, stringifySetCookie } from 'cookie'
import { DEVICE_COOKIE_TTL_SECONDS } from '@/server/accounts/own/device-cookie'
import { SESSION_TTL_SECONDS } from '@/server/accounts/own/sessions'
import { env } from '@/server/env'

/**
 * The cookies of this app. All are HttpOnly and SameSite=Lax. On https they are also Secure and have the `__Host-`
 * prefix, so that no other host can set them. Only adapters use this file; the core knows no cookies.
 */
export type CookieName =
  | 'session'
  | 'device'
  | 'reset'
  | 'flow'
  | 'notice'
  | 'done'
  | 'secure-account'
  | 'stop-emails'
  | 'language'

/** How long a browser keeps each cookie, in seconds. The server does not rely on it. */
const MAX_AGE: Record<CookieName, () => number> = {
  session: () => SESSION_TTL_SECONDS,
  /** In which accounts this browser has signed in. It is kept at sign-out. */
  device: () => DEVICE_COOKIE_TTL_SECONDS,
  /** The secret that the password form will spend: the token of an opened link, or the grant for a correct code. */
  reset: () => env().linkTtlSeconds,
  /** Which reset this browser requested, and for which account. */
  flow: () => env().linkTtlSeconds,
  /** Why an opened link was refused. The next page shows it. */
  notice: () => 60,
  /** What a form did that was posted without JavaScript. The next page shows it. */
  done: () => 60,
  /** The token of an opened "This wasn't me" link, until the person presses the button of its page. */
  'secure-account': () => 3600,
  /** The token of an opened "Stop these emails" link, likewise. */
  'stop-emails': () => 3600,
  /** The language that the person chose. */
  language: () => 365 * 24 * 3600,
}

const prefixed = (name: CookieName) => (env().secureCookies ? `__Host-latchkey-${name}` : `latchkey-${name}`)

/** The value of a cookie, or null if it is missing or empty. */
export function readCookie(headers: Headers, name: CookieName): string | null {
  return parseCookie(headers.get('cookie') ?? '')[prefixed(name)] || null
}

/** Adds a `Set-Cookie` header to the headers of a response. */
export function setCookie(headers: Headers, name: CookieName, value: string): void {
  append(headers, name, value, MAX_AGE[name]())
}

/** Adds a `Set-Cookie` header that deletes the cookie. */
export function clearCookie(headers: Headers, name: CookieName): void {
  append(headers, name, '', 0)
}

function append(headers: Headers, name: CookieName, value: string, maxAge: number) {
  const secure = env().secureCookies
  headers.append(
    'set-cookie',
    stringifySetCookie({ name: prefixed(name), value, maxAge, path: '/', httpOnly: true, sameSite: 'lax', secure }),
  )
}
