import { env } from '@/server/env'
import { type CookieName, setCookie } from './cookies'

/** The characters and the length that the token of an emailed link can have. Its verb finds out whether it works. */
const TOKEN = /^[\w.-]{1,512}$/

/**
 * Answers an emailed link to a page: 307 to the page itself, with the token in an HttpOnly cookie. So the token is in
 * no address that a page has, no history and no `Referer` (ASVS 14.2.1). Nothing is looked up or spent: mail scanners
 * open links too. `proxy.ts` sends only reads of the page with a token here.
 * @param path of the page
 * @param cookie where the page's procedures expect the token
 */
export function moveTokenToCookie(path: `/${string}`, cookie: CookieName) {
  function answer(request: Request): Response {
    const headers = new Headers({ location: `${env().appUrl}${path}`, 'cache-control': 'no-store' })
    const [token, ...more] = new URL(request.url).searchParams.getAll('token')
    if (token !== undefined) setCookie(headers, cookie, more.length === 0 && TOKEN.test(token) ? token : 'malformed')
    return new Response(null, { status: 307, headers })
  }
  return { GET: answer, HEAD: answer }
}

/** `/stop-emails?token=`, at the end of reset emails. */
export const stopEmailsLink = moveTokenToCookie('/stop-emails', 'stop-emails')

/** `/secure-account?token=`, and `/not-me?token=` of emails from before the page got its present path. */
export const secureAccountLink = moveTokenToCookie('/secure-account', 'secure-account')
