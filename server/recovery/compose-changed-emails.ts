import { secureAccountTokenOf } from '@/server/core/secrets'
import { formatTime } from '@/server/language/format-time'
import type { Composed } from '@/server/mail/emails'
import type { ClaimedEmail } from '@/server/mail/outbox'
import { renderPasswordChanged } from '@/server/mail/templates/password-changed'
import type { ComposeContext } from './compose-reset-emails'

/**
 * Composes the emails of a claimed batch that tell owners of a changed password. Each is rendered from its row alone.
 * They are sent to suppressed addresses too.
 * @returns an email for each row
 */
export async function composeChangedEmails(ctx: ComposeContext, batch: ClaimedEmail[]): Promise<Composed[]> {
  const composed: Composed[] = []
  for (const { id, recipient, recipientName, recipientUsername, expiresAt, createdAt, device } of batch) {
    if (!recipient || !expiresAt) continue
    const email = await renderPasswordChanged({
      locale: 'en',
      recipientName: recipientName || null,
      username: recipientUsername || null,
      changedAt: formatTime('en', createdAt),
      device,
      secureAccountLink: `${ctx.appUrl}/secure-account?token=${secureAccountTokenOf(ctx.secrets[0], id)}`,
    })
    composed.push({ id, email: { id, to: recipient, ...email }, expiresAt })
  }
  return composed
}
