import type { RecoveryContext } from '@/server/core/context'
import { findLiveSecret, type PresentedSecret } from './find-live-secret'

/**
 * Checks the secret of a browser that is about to see the form for a new password. Spends nothing. The browser
 * came through `openLink` or `verifyCode`, which counted the click, so this check has a limit of its own.
 * @returns until when the secret works
 * @throws RecoveryError as `findLiveSecret`; limited as `show-reset-form`
 */
export async function showResetForm(ctx: RecoveryContext, secret: PresentedSecret): Promise<{ expiresAt: Date }> {
  const { expiresAt } = await findLiveSecret(ctx, secret, 'show-reset-form')
  return { expiresAt }
}
