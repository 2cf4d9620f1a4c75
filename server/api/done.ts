import { readCookie, setCookie } from '@/server/http/cookies'

/**
 * What the last form without JavaScript has done. The form answers with a redirect, so that reloading the page sends
 * nothing again, and the page after it reads this from a cookie.
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

/** Tells the next page. */
export const markDone = (answer: Headers, what: Done['what'], detail = ''): void =>
  setCookie(answer, 'done', `${what}~${detail}`)

/** What the last form has done, if it was within the last minute, or null. */
export function readDone(headers: Headers): Done | null {
  const [name, detail = ''] = (readCookie(headers, 'done') ?? '').split('~')
  const what = DONE.find((each) => each === name)
  return what ? { what, detail } : null
}
