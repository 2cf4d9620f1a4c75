import { readCookie, setCookie } from './cookies'

/** The secret of an opened link or an entered code, as the browser holds it until the password is changed. */
export interface HeldSecret {
  token: string
  /** Not to be looked up before, because this network has opened too many links. Milliseconds since 1970. */
  waitUntil?: number
  /** The account that the link names, if the link was not looked up yet. */
  accountId?: string | undefined
}

/** No token contains it. */
const SEPARATOR = '~'

/** Hands the secret to the browser in the cookie `reset`, in the place of the one that it holds. */
export function holdSecret(headers: Headers, { token, waitUntil, accountId }: HeldSecret): void {
  const waiting = waitUntil === undefined ? [] : [String(waitUntil), ...(accountId === undefined ? [] : [accountId])]
  setCookie(headers, 'reset', [token, ...waiting].join(SEPARATOR))
}

const HELD = /^([^~]+)(?:~(\d{1,15})(?:~(\P{Cc}{1,255}))?)?$/u

/** The secret that the browser holds, or null. */
export function heldSecret(headers: Headers): HeldSecret | null {
  const [, token, waitUntil, accountId] = HELD.exec(readCookie(headers, 'reset') ?? '') ?? []
  if (!token) return null
  return { token, ...(waitUntil && { waitUntil: Number(waitUntil) }), accountId }
}
