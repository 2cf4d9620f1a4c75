import { secureAccountTokenOf } from '@/server/core/secrets'
import type { Composed } from '@/server/mail/emails'
import type { ClaimedEmail } from '@/server/mail/outbox'
import { emailLocale } from '@/server/mail/templates/email-locale'
import { renderPasswordChanged } from '@/server/mail/templates/password-changed'
import type { ComposeContext } from './compose-reset-emails'

/**
 * Composes the emails of a claimed batch that tell owners of a changed password. Each is rendered from its row alone.
 * They are sent to suppressed addresses too.
 * @returns an email for each row
 */
export async function composeChangedEmails(ctx: ComposeContext, batch: ClaimedEmail[]): Promise<Composed[]> {
  const composed: Composed[] = []
  for (const row of batch) {
    const { id, recipient, expiresAt } = row
    if (!recipient || !expiresAt) continue
    const email = await renderPasswordChanged({
      locale: emailLocale(row, ctx.defaultLocale),
      brand: ctx.brand,
      recipientName: row.recipientName || null,
      username: row.recipientUsername || null,
      changedAt: row.createdAt,
      device: row.device,
      secureAccountLink: `${ctx.appUrl}/secure-account?token=${secureAccountTokenOf(ctx.secrets[0], id)}`,
    })
    composed.push({ id, email: { id, to: recipient, ...email }, expiresAt })
  }
  return composed
}
