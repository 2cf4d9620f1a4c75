import type { RecoveryContext } from '@/server/core/context'
import { maskEmail } from './disclosure'
import { findLiveSecret, type PresentedSecret } from './find-live-secret'
import { bindingOf } from './form-binding'

/** What the form for a new password shows, and what it sends back. */
export interface ResetForm {
  /** Until when the secret works. */
  expiresAt: Date
  /** The account's masked address. The holder of a live secret has read its email, so it tells nothing new. */
  account: string
  accountId: string
  /** The request that the secret belongs to. The browser that made it may see the name that was typed in it. */
  requestId: string
  /** Ties the form to the secret and the account: see `form-binding.ts`. */
  binding: string
}

/**
 * Checks the secret of a browser that is about to see the form for a new password. Spends nothing. The browser
 * came through `openLink` or `verifyCode`, which counted the click, so this check has a limit of its own.
 * @throws RecoveryError as `findLiveSecret`; limited as `show-reset-form`
 */
export async function showResetForm(ctx: RecoveryContext, secret: PresentedSecret): Promise<ResetForm> {
  const { id, expiresAt, owner, accountId } = await findLiveSecret(ctx, secret, 'show-reset-form')
  const binding = bindingOf(ctx.secrets, { token: secret.token, accountId })
  return { expiresAt, account: maskEmail(owner.email), accountId, requestId: id, binding }
}
