import { type RecoveryContext, secondsAfter } from '@/server/core/context'
import { asDeadSecretCode, type DeadSecretCode, RecoveryError, type RecoveryErrorCode } from '@/server/core/errors'
import { env } from '@/server/env'
import { setCookie } from '@/server/http/cookies'
import { type HeldSecret, heldSecret, holdSecret } from '@/server/http/reset-cookie'
import { canBeSecret, type PresentedSecret } from '@/server/recovery/find-live-secret'
import { openLink } from '@/server/recovery/open-link'
import type { Answer } from './answer'
import type { Call } from './endpoint'

/** A secret that can be in an emailed link. */
export type EmailedLink = Exclude<PresentedSecret, { kind: 'grant' }>

/**
 * Follows an emailed link to the page that asks for a new password. The token goes into an HttpOnly cookie, so the
 * page has a clean address. Nothing is spent, because mail scanners open links too.
 * @param secret null if the link cannot name an account
 * @throws RecoveryError as `openLink`, and `account-unknown`, for clients other than browsers
 */
export async function followMailedLink(
  call: Pick<Call, 'ctx' | 'headers'>,
  secret: EmailedLink | null,
): Promise<Answer> {
  if (isBrowser(call.headers)) return handToBrowser(call, secret)
  if (!secret) throw new RecoveryError('account-unknown')
  await openLink(call.ctx, secret)
  return toForm({ token: secret.token })
}

/**
 * Looks a link up and hands it to a browser, in the place of the secret that it holds. Any website can make a browser
 * open a link, so a dead one leaves that secret alone: the browser is sent to the page that offers a new link. A
 * browser that has to wait gets the page of the form, which says how long.
 * @param secret null for what cannot be a link
 */
export async function handToBrowser(
  { ctx, headers }: Pick<Call, 'ctx' | 'headers'>,
  secret: EmailedLink | null,
): Promise<Answer> {
  if (!secret) return toRequestPage('link-unknown')
  try {
    await openLink(ctx, secret)
    return toForm({ token: secret.token })
  } catch (error) {
    if (!mayWorkLater(error)) {
      const notice = noticeFor(error)
      if (!notice) throw error
      return toRequestPage(notice)
    }
    if (await canBeSecret(ctx, secret)) return toForm({ ...secret, waitUntil: waitUntil(ctx, error) })
    return heldSecret(headers) ? toRequestPage('link-unknown') : toForm({ token: 'malformed' })
  }
}

/** Hands a secret to the browser, and sends it to the page of the form. */
export function toForm(secret: HeldSecret): Answer {
  const headers = new Headers()
  holdSecret(headers, secret)
  return redirectTo('/reset-password', headers)
}

/** Sends a browser to the page that offers a new link, and says why. What the browser holds stays. */
function toRequestPage(notice: DeadSecretCode): Answer {
  const headers = new Headers()
  setCookie(headers, 'notice', notice)
  return redirectTo('/forgot-password', headers)
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

/** Whether the client shows pages. Browsers say so whenever a person or a website opens an address. */
export const isBrowser = (headers: Headers): boolean =>
  headers.get('accept')?.toLowerCase().includes('text/html') ?? false

/** A 307 to a page of this app. The origin is always `APP_URL`, whatever host the request names. */
function redirectTo(path: '/reset-password' | '/forgot-password', headers: Headers): Answer {
  headers.set('location', `${env().appUrl}${path}`)
  return { status: 307, headers }
}
