import { asDeadSecretCode, type DeadSecretCode, RecoveryError } from '@/server/core/errors'
import { env } from '@/server/env'
import { clearCookie, setCookie } from '@/server/http/cookies'
import type { PresentedSecret } from '@/server/recovery/find-live-secret'
import { openLink } from '@/server/recovery/open-link'
import type { Answer } from './answer'
import type { Call } from './endpoint'

/**
 * Follows an emailed link to the page that asks for a new password. The token goes into an HttpOnly cookie, so the
 * page has a clean address. Nothing is spent, because mail scanners open links too. A browser with a dead link is
 * sent to the page that offers a new one.
 * @param secret null if the link cannot name an account
 * @throws RecoveryError `link-*` and `account-unknown` for clients other than browsers, and `too-many-requests`
 */
export async function followMailedLink(
  call: Pick<Call, 'ctx' | 'headers'>,
  secret: (PresentedSecret & { kind: 'link' }) | null,
): Promise<Answer> {
  const headers = new Headers()
  try {
    if (!secret) throw new RecoveryError('account-unknown')
    await openLink(call.ctx, secret)
    setCookie(headers, 'reset', secret.token)
    return redirectTo('/reset-password', headers)
  } catch (error) {
    const notice = noticeFor(error)
    if (!notice || !isBrowser(call.headers)) throw error
    clearCookie(headers, 'reset')
    setCookie(headers, 'notice', notice)
    return redirectTo('/forgot-password', headers)
  }
}

/** What the page says about a link that does not work. A link to an unknown account is an unknown link. */
function noticeFor(error: unknown): DeadSecretCode | null {
  if (!(error instanceof RecoveryError)) return null
  return error.code === 'account-unknown' ? 'link-unknown' : asDeadSecretCode(error.code)
}

const isBrowser = (headers: Headers): boolean => headers.get('accept')?.toLowerCase().includes('text/html') ?? false

/** A 307 to a page of this app. The origin is always `APP_URL`, whatever host the request names. */
export function redirectTo(path: '/reset-password' | '/forgot-password', headers: Headers): Answer {
  headers.set('location', `${env().appUrl}${path}`)
  return { status: 307, headers }
}
