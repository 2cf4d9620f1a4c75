import type { RecoveryContext } from '@/server/core/context'
import { findLiveSecret, type PresentedSecret } from './find-live-secret'

/**
 * Checks a link that was followed, or a grant. Spends nothing, because mail scanners follow links too.
 * @returns until when it works
 * @throws RecoveryError as `findLiveSecret`; limited as `open-link`
 */
export async function openLink(ctx: RecoveryContext, secret: PresentedSecret): Promise<{ expiresAt: Date }> {
  const { expiresAt } = await findLiveSecret(ctx, secret, 'open-link')
  return { expiresAt }
}
