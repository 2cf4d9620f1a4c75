import { eq } from 'drizzle-orm'
import { findAccount, hasId } from '@/server/accounts/find-account'
import type { RecoveryContext } from '@/server/core/context'
import { RecoveryError } from '@/server/core/errors'
import type { Identifier } from '@/server/core/schemas'
import { runStatement } from '@/server/db/client'
import { type LinkForm, mailOutbox } from '@/server/db/schema'
import { sql } from '@/server/db/sql'
import { isFrozen } from './frozen'
import { linkOf, type MintedLink, secretOf } from './link-forms'
import { isLive } from './live-secret'
import { mintRequests } from './mint-requests'
import { requestReset } from './request-reset'

/** Time for this process to mint the request before the mail worker would. If this process dies, the worker does. */
const MINT_WITHIN_SECONDS = 10

/**
 * Requests a reset email and also returns its link. The link opens the account, so this is only for trusted back
 * ends. Within the cooldown it is the link of the email that is already on its way.
 *
 * @param input `appUrl` is the origin of the link
 * @returns the link, or null when the account is cooling down and its last link was used
 * @throws RecoveryError `account-unknown` (under `conceal` too, because the caller is trusted; also for a frozen
 *   account), `recovery-paused`, `too-many-requests`
 */
export async function issueLink(
  ctx: RecoveryContext,
  input: { account: Identifier; form: LinkForm; appUrl: string },
): Promise<{ link: string | null }> {
  const { id } = await requestReset(ctx, { ...input, dueInSeconds: MINT_WITHIN_SECONDS })
  const account = await findAccount(ctx, input.account)
  if (!account) throw new RecoveryError('account-unknown')
  await mintRequests(ctx, [{ id, form: input.form, identifier: input.account, accountId: account.id }], true)
  await ctx.db.update(mailOutbox).set({ dueAt: ctx.now }).where(eq(mailOutbox.id, id))
  ctx.wakeMailWorker()

  const { isFrozen: isAccountFrozen, live } = await findLiveLink(ctx, account.id)
  if (isAccountFrozen) throw new RecoveryError('account-unknown')
  const secret = live && secretOf(ctx.secrets, live)
  return { link: live && secret ? await linkOf(input.appUrl, secret, live) : null }
}

type LiveLink = MintedLink & { tokenHash: Buffer }

/**
 * Finds what the newest live link of an account is made from, if it has one, and whether the account is frozen. An older
 * link may be live too, kept for a reset in progress.
 */
async function findLiveLink(
  ctx: RecoveryContext,
  accountId: string,
): Promise<{ isFrozen: boolean; live: LiveLink | null }> {
  const [found] = await runStatement<{ isFrozen: boolean } & (LiveLink | { id: null })>(
    ctx.db,
    sql`select ${isFrozen(sql`a.id::text`)} as "isFrozen",
      t.id, t.seed, t.account_id as "accountId", o.form, t.token_hash as "tokenHash", t.expires_at as "expiresAt"
    from latchkey.accounts a left join (latchkey.password_reset_tokens t join latchkey.mail_outbox o on o.id = t.id)
      on t.account_id = ${accountId} and ${isLive('link', ctx.now)}
    where ${hasId(sql`${accountId}`)} order by t.created_at desc nulls last limit 1`,
  )
  return { isFrozen: found?.isFrozen ?? false, live: found && found.id !== null ? found : null }
}
