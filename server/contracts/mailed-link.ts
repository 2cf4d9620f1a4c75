import { RecoveryError, type RecoveryErrorCode } from '@/server/core/errors'
import { env } from '@/server/env'
import { clearCookie, setCookie } from '@/server/http/cookies'
import { openLink, type PresentedSecret } from '@/server/recovery/open-link'
import type { Answer } from './answer'
import type { Call } from './endpoint'

/** What the page is told of a link that leads nowhere. */
const NOTICES: Partial<Record<RecoveryErrorCode, string>> = {
  'link-unknown': 'link-unknown',
  'link-expired': 'link-expired',
  'link-used': 'link-used',
  'link-superseded': 'link-superseded',
  'account-unknown': 'link-unknown',
}

/**
 * Follows a mailed link to the page that asks for the new password. The token travels on in an HttpOnly cookie,
 * so that the address of the page is clean; nothing is spent, for mail scanners open links too. A browser with a
 * dead link is sent where it gets a new one.
 * @param secret null for a link that can name nobody
 * @throws RecoveryError `link-*` and `account-unknown`, for whoever is no browser, and `too-many-requests`.
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
    const notice = error instanceof RecoveryError ? NOTICES[error.code] : undefined
    if (!notice || !isBrowser(call.headers)) throw error
    clearCookie(headers, 'reset')
    setCookie(headers, 'notice', notice)
    return redirectTo('/forgot-password', headers)
  }
}

const isBrowser = (headers: Headers): boolean => headers.get('accept')?.toLowerCase().includes('text/html') ?? false

/** A 307 inside this app; the origin is the configured one, whatever the request says of hosts. */
export function redirectTo(path: '/reset-password' | '/forgot-password', headers: Headers): Answer {
  headers.set('location', `${env().appUrl}${path}`)
  return { status: 307, headers }
}
