import { type RecoveryContext, secondsAfter } from '@/server/core/context'
import { asDeadSecretCode, type DeadSecretCode, RecoveryError, type RecoveryErrorCode } from '@/server/core/errors'
import { isLinkToken } from '@/server/core/secrets'
import { env } from '@/server/env'
import { setCookie } from '@/server/http/cookies'
import { dropSecret, holdSecret } from '@/server/http/reset-cookie'
import type { PresentedSecret } from '@/server/recovery/find-live-secret'
import { openLink } from '@/server/recovery/open-link'
import type { Answer } from './answer'
import type { Call } from './endpoint'

/**
 * Follows an emailed link to the page that asks for a new password. The token goes into an HttpOnly cookie, so the
 * page has a clean address. Nothing is spent, because mail scanners open links too. A browser with a dead link is
 * sent to the page that offers a new one. A browser that has to wait gets the form's page, which says how long.
 * @param secret null if the link cannot name an account
 * @throws RecoveryError as `openLink`, and `account-unknown`, for clients other than browsers
 */
export async function followMailedLink(
  call: Pick<Call, 'ctx' | 'headers'>,
  secret: (PresentedSecret & { kind: 'link' }) | null,
): Promise<Answer> {
  const headers = new Headers()
  try {
    if (!secret) throw new RecoveryError('account-unknown')
    await openLink(call.ctx, secret)
    holdSecret(headers, secret)
    return redirectTo('/reset-password', headers)
  } catch (error) {
    if (!isBrowser(call.headers)) throw error
    if (secret && mayWorkLater(error)) {
      holdUnchecked(headers, secret, waitUntil(call.ctx, error))
      return redirectTo('/reset-password', headers)
    }
    const notice = noticeFor(error)
    if (!notice) throw error
    dropSecret(headers)
    setCookie(headers, 'notice', notice)
    return redirectTo('/forgot-password', headers)
  }
}

/** What the page says about a link that does not work. A link to an unknown account is an unknown link. */
function noticeFor(error: unknown): DeadSecretCode | null {
  if (!(error instanceof RecoveryError)) return null
  return error.code === 'account-unknown' ? 'link-unknown' : asDeadSecretCode(error.code)
}

/** Refusals that say nothing about the link. The page tells the person to come back. */
const LATER: readonly RecoveryErrorCode[] = ['too-many-requests', 'recovery-paused', 'links-paused', 'account-frozen']

const mayWorkLater = (error: unknown): error is RecoveryError =>
  error instanceof RecoveryError && LATER.includes(error.code)

/** From when the page may look the link up, in milliseconds since 1970. The page finds out other refusals itself. */
const waitUntil = ({ now }: RecoveryContext, { code, details }: RecoveryError): number =>
  code === 'too-many-requests' ? secondsAfter(now, details.retryAfterSeconds ?? 60).getTime() : now.getTime()

/** Hands over a link that was not looked up, with the account that it names. */
function holdUnchecked(headers: Headers, { token, accountId }: PresentedSecret & { kind: 'link' }, waitUntil: number) {
  holdSecret(headers, isLinkToken(token) ? { token, accountId, waitUntil } : { token: 'malformed' })
}

const isBrowser = (headers: Headers): boolean => headers.get('accept')?.toLowerCase().includes('text/html') ?? false

/** A 307 to a page of this app. The origin is always `APP_URL`, whatever host the request names. */
export function redirectTo(path: '/reset-password' | '/forgot-password', headers: Headers): Answer {
  headers.set('location', `${env().appUrl}${path}`)
  return { status: 307, headers }
}
