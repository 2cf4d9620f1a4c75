import { readCookie, setCookie } from '@/server/http/cookies'

/**
 * What a form did that was posted without JavaScript. It is answered with a redirect, so that reloading the page sends
 * nothing again. The page after the redirect reads this from a cookie.
 */
export const DONE = [
  'password-changed',
  'account-secured',
  'account-secured-without-email',
  'emails-stopped', // `detail`: until when, in ISO 8601
  'emails-allowed',
  'email-sent',
  'session-ended', // `detail`: the name of the device
  'sessions-ended',
] as const

export interface Done {
  what: (typeof DONE)[number]
  detail: string
}

/** Tells the next page what was done. */
export const markDone = (answer: Headers, what: Done['what'], detail = ''): void =>
  setCookie(answer, 'done', `${what}~${detail}`)

/** What a form did within the last minute, or null. */
export function readDone(headers: Headers): Done | null {
  const [name, detail = ''] = (readCookie(headers, 'done') ?? '').split('~')
  const what = DONE.find((each) => each === name)
  return what ? { what, detail } : null
}
