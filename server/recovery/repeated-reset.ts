import { isActive } from '@/server/accounts/account-state'
import { hasId } from '@/server/accounts/find-account'
import { runRedeem } from '@/server/accounts/hash-lanes'
import { verifyPassword } from '@/server/accounts/password-hash'
import { type RecoveryContext, secondsAfter } from '@/server/core/context'
import { instantParam, runStatement } from '@/server/db/client'
import { sql } from '@/server/db/sql'
import { matchesSecret, type PresentedSecret } from './find-live-secret'

/** How long the same form may be sent again: a second click, or a new try after the line has lost the answer. */
const REPEAT_SECONDS = 600

/**
 * Whether a secret was used in the last ten minutes, and this is the account's password now. Then a form that is sent
 * again has done what it asks for. One statement, and one hash in the lane of redeeming.
 *
 * The answer tells whether a password is right. So call this only for a form that was shown while the secret worked.
 * @param password in NFC
 * @throws RecoveryError `busy` as `runRedeem` does
 */
export async function isRepeatedReset(ctx: RecoveryContext, secret: PresentedSecret, password: string) {
  const [used] = await runStatement<{ id: string; passwordHash: string | null }>(
    ctx.db,
    sql`select t.id, a.password_hash as "passwordHash"
    from latchkey.password_reset_tokens t join latchkey.accounts a on ${hasId(sql`t.account_id`)}
    where ${await matchesSecret(ctx, secret)} and ${isActive}
      and t.used_at > ${instantParam(secondsAfter(ctx.now, -REPEAT_SECONDS))}`,
  )
  if (!used?.passwordHash) return false
  const turn = { secretId: used.id, signal: ctx.signal }
  return verifyPassword(ctx.policy, used.passwordHash, password, (work) => runRedeem(work, turn))
}
