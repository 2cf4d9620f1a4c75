import { isActive } from '@/server/accounts/account-state'
import { hasId } from '@/server/accounts/find-account'
import { runRedeem } from '@/server/accounts/hash-lanes'
import { verifyPassword } from '@/server/accounts/password-hash'
import { type RecoveryContext, secondsAfter } from '@/server/core/context'
import { instantParam, runStatement } from '@/server/db/client'
import { sql } from '@/server/db/sql'
import { type Step, statementOf, step } from '@/server/db/statement'
import { REPEATED_RESETS } from '@/server/limits/limits'
import { matchesSecret, type PresentedSecret } from './find-live-secret'

/**
 * Whether a secret was used in the last ten minutes, and this is the password that it set, which is still the account's.
 * Then a form that is sent again has done what it asks for. One statement, and one hash in the lane of redeeming.
 *
 * The answer tells whether a password is right. So call this only for a form that was shown while the secret worked. It
 * compares ten passwords at most, and none with a password that was set later.
 * @param password in NFC
 * @throws RecoveryError `busy` as `runRedeem` does
 */
export async function isRepeatedReset(ctx: RecoveryContext, secret: PresentedSecret, password: string) {
  const used = await findUsedSecret(ctx, secret)
  const counted = countRepeat(ctx, used)
  const [found] = await runStatement<{ id: string; passwordHash: string | null }>(
    ctx.db,
    statementOf(
      [used, counted],
      sql`select id, password_hash as "passwordHash" from ${used}, ${counted} where count <= ${REPEATED_RESETS.budget}`,
    ),
  )
  if (!found?.passwordHash) return false
  const turn = { secretId: found.id, signal: ctx.signal }
  return verifyPassword(ctx.policy, found.passwordHash, password, (work) => runRedeem(work, turn))
}

/** The secret, if it made the latest change of the account's password just now, and that was not taken back. */
const findUsedSecret = async (ctx: RecoveryContext, secret: PresentedSecret): Promise<Step> =>
  step(
    'used_secret',
    sql`select t.id, a.password_hash
    from latchkey.password_reset_tokens t join latchkey.accounts a on ${hasId(sql`t.account_id`)}
      join latchkey.password_changes c on c.account_id = t.account_id and c.changed_at = t.used_at and c.secured_at is null
    where ${await matchesSecret(ctx, secret)} and ${isActive}
      and t.used_at > ${instantParam(secondsAfter(ctx.now, -REPEATED_RESETS.windowSeconds))}`,
  )

/** Counts the repeat, before its password is compared. By the secret, so that other networks give no more guesses. */
const countRepeat = (ctx: RecoveryContext, used: Step): Step =>
  step(
    'counted_repeat',
    sql`insert into latchkey.rate_limits as counter (bucket, count, expires_at)
    select 'repeated-reset ' || id, 1, ${instantParam(secondsAfter(ctx.now, REPEATED_RESETS.windowSeconds))} from ${used}
    on conflict (bucket) do update set count = counter.count + 1
    returning count`,
  )
