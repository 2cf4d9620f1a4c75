import { and, eq, isNull, sql } from 'drizzle-orm'
import { accountState } from '@/server/accounts/account-state'
import { findAccount } from '@/server/accounts/find-account'
import type { RecoveryContext } from '@/server/core/context'
import { RecoveryError } from '@/server/core/errors'
import type { Identifier } from '@/server/core/schemas'
import { type LinkForm, mailOutbox, passwordResetTokens } from '@/server/db/schema'
import { mintRequests, secretBehind } from './compose-emails'
import { linkOf } from './link-forms'
import { requestReset } from './request-reset'

/** Long enough to mint here before the worker would; if this process dies, the worker does it. */
const HELD_BACK_SECONDS = 10

/**
 * Asks for a reset and hands out the link as well: a key to the account, so for trusted back ends alone.
 * The mail goes out too. Within the cooldown it is the link of the mail that is on its way already.
 *
 * @returns the link, or null when the account was asked for too soon and its last link is spent.
 * @throws RecoveryError `account-unknown` (a trusted back end is told under `conceal` too), `too-many-requests`.
 */
export async function issueLink(
  ctx: RecoveryContext,
  input: { account: Identifier; form: LinkForm; appUrl: string },
): Promise<{ link: string | null }> {
  const { id } = await requestReset(ctx, { ...input, dueInSeconds: HELD_BACK_SECONDS })
  const account = await findAccount(ctx, input.account)
  if (!account) throw new RecoveryError('account-unknown')
  await mintRequests(ctx, [{ id, form: input.form, identifier: input.account, userId: account.id }])
  await ctx.db.update(mailOutbox).set({ dueAt: ctx.now }).where(eq(mailOutbox.id, id))
  ctx.wakeMailWorker()

  const [live] = await ctx.db
    .select({
      id: passwordResetTokens.id,
      userId: passwordResetTokens.userId,
      form: mailOutbox.form,
      tokenHash: passwordResetTokens.tokenHash,
      expiresAt: passwordResetTokens.expiresAt,
    })
    .from(passwordResetTokens)
    .innerJoin(mailOutbox, eq(mailOutbox.id, passwordResetTokens.id))
    .innerJoin(sql`users u`, sql`u.id = ${passwordResetTokens.userId}`)
    .where(
      and(
        eq(passwordResetTokens.userId, account.id),
        isNull(passwordResetTokens.usedAt),
        isNull(passwordResetTokens.supersededAt),
        sql`${passwordResetTokens.expiresAt} > ${ctx.now.toISOString()}`,
        sql`${passwordResetTokens.accountState} = ${accountState}`,
      ),
    )
  const secret = live && secretBehind(ctx.secrets, live)
  return { link: live && secret ? await linkOf(input.appUrl, secret, live) : null }
}
