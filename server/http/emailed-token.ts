import { idInToken } from '@/server/core/secrets'
import { env } from '@/server/env'
import { type CookieName, readCookie, setCookie } from './cookies'

/** What can be handed over as a token. Its verb finds out whether it works. */
const TOKEN = /^[\w.-]{1,512}$/

/**
 * Answers an emailed link to a page: 307 to the page itself, with the token in an HttpOnly cookie. So the token is in
 * no address that a page has, no history and no `Referer` (ASVS 14.2.1). Nothing is looked up or spent: mail scanners
 * open links too. What cannot be a token leaves the one alone that the browser holds: any website can make a browser open a
 * link. `proxy.ts` sends only reads of the page with a token here.
 * @param path of the page
 * @param cookie where the page's procedures expect the token
 */
export function moveTokenToCookie(path: `/${string}`, cookie: CookieName) {
  function answer(request: Request): Response {
    const headers = new Headers({ location: `${env().appUrl}${path}`, 'cache-control': 'no-store' })
    const [token, ...more] = new URL(request.url).searchParams.getAll('token')
    const text = token !== undefined && more.length === 0 && TOKEN.test(token) ? token : 'malformed'
    const mayReplace = idInToken(text) !== null || readCookie(request.headers, cookie) === null
    if (token !== undefined && mayReplace) setCookie(headers, cookie, text)
    return new Response(null, { status: 307, headers })
  }
  return { GET: answer, HEAD: answer }
}

/** `/stop-emails?token=`, at the end of reset emails. */
export const stopEmailsLink = moveTokenToCookie('/stop-emails', 'stop-emails')

/** `/secure-account?token=`, and `/not-me?token=` of emails from before the page got its present path. */
export const secureAccountLink = moveTokenToCookie('/secure-account', 'secure-account')
