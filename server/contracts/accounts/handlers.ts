import { clearCookie, setCookie } from '@/server/cookies'
import { env } from '@/server/env'
import { RecoveryError } from '@/server/recovery/errors'
import { openLink } from '@/server/recovery/open-link'
import { requesterOf } from '@/server/request-meta'
import { contextFor } from '@/server/runtime'
import { ERRORS } from './errors'

/**
 * The link of every mail that the pages send. A live token travels on in an HttpOnly cookie, so that the
 * address of the next page is clean; nothing is spent, for mail scanners open links too.
 */
export async function openForgotPasswordLink(request: Request): Promise<Response> {
  const headers = new Headers({ 'cache-control': 'no-store' })
  const ctx = contextFor(requesterOf(request.headers, env().trustedProxyHops))
  const token = new URL(request.url).searchParams.get('token') ?? ''
  try {
    await openLink(ctx, { kind: 'link', token })
  } catch (error) {
    if (!(error instanceof RecoveryError)) throw error
    const { status, message } = ERRORS[error.code]
    const { retryAfterSeconds } = error.details
    if (retryAfterSeconds) headers.set('retry-after', String(retryAfterSeconds))
    if (status === 400 && request.headers.get('accept')?.includes('text/html')) {
      clearCookie(headers, 'reset')
      setCookie(headers, 'notice', error.code)
      return redirect('/forgot-password', headers)
    }
    return Response.json({ success: false, message, data: [] }, { status, headers })
  }
  setCookie(headers, 'reset', token)
  return redirect('/reset-password', headers)
}

/** A 307 inside this app; the origin is the configured one, whatever the request says of hosts. */
function redirect(path: string, headers: Headers): Response {
  headers.set('location', `${env().appUrl}${path}`)
  return new Response(null, { status: 307, headers })
}
