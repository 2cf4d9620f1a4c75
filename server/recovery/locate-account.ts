import { sql } from 'drizzle-orm'
import { matchesIdentifier } from '@/server/accounts/find-account'
import type { RecoveryContext } from '@/server/core/context'
import { RecoveryError } from '@/server/core/errors'
import type { Identifier } from '@/server/core/schemas'
import { runStatement } from '@/server/db/client'
import { counting } from '@/server/limits/counter'
import { type AccountPreview, concealedPreview, DEFAULT_PICTURE } from './disclosure'

/**
 * Finds an account for a person to know it again. Under `conceal` nobody is looked up and every well-formed
 * account has an answer; under `reveal` it is the account's own. One statement, which counts the limits.
 *
 * @throws RecoveryError `too-many-requests`; `account-unknown` under `reveal`.
 */
export async function locateAccount(ctx: RecoveryContext, input: { account: Identifier }): Promise<AccountPreview> {
  const reveal = ctx.policy.disclosure === 'reveal'
  const subjects = { address: ctx.requester.address, now: ctx.now, scale: ctx.policy.rateLimitScale }
  const [row] = await runStatement<{
    retry_after: number | null
    email: string | null
    fullName: string
    picture: string | null
  }>(
    ctx.db,
    sql`with ${counting('locate', subjects)}
    select retry_after, email, full_name as "fullName", picture
    from refused left join users on ${reveal} and ${matchesIdentifier(input.account)} and deactivated_at is null`,
  )
  if (row?.retry_after != null) throw new RecoveryError('too-many-requests', { retryAfterSeconds: row.retry_after })
  if (!reveal) return concealedPreview(ctx, input.account)
  if (!row?.email) throw new RecoveryError('account-unknown')
  return { email: row.email, fullName: row.fullName, picture: row.picture || DEFAULT_PICTURE }
}
