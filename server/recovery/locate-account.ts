import { firstAccountOf } from '@/server/accounts/find-account'
import type { RecoveryContext } from '@/server/core/context'
import type { Identifier } from '@/server/core/schemas'
import { DEFAULT_PICTURE } from '@/server/core/typed-input'
import { sql } from '@/server/db/sql'
import { runLimited } from '@/server/limits/run-limited'
import { type AccountPreview, concealedPreview, mayReveal, refuseUnknownAccount } from './disclosure'

/**
 * Shows an account to a person who should recognise it. Under `reveal` the preview is the account's own. Under
 * `conceal` no account is looked up, and every well-formed identifier gets a preview. One statement.
 *
 * @throws RecoveryError `too-many-requests`; `account-unknown` under `reveal`
 */
export async function locateAccount(ctx: RecoveryContext, input: { account: Identifier }): Promise<AccountPreview> {
  const found = await runLimited<{ email: string | null; fullName: string; picture: string | null }>(
    ctx,
    { action: 'locate' },
    (check) => ({
      query: sql`select ${check.result}.*, a.email, coalesce(a.full_name, '') as "fullName", a.picture
      from ${check.result} left join ${mayReveal(ctx) ? sql`(${firstAccountOf(input.account)}) a on true` : sql`latchkey.accounts a on false`}`,
    }),
  )
  refuseUnknownAccount(ctx, found.email !== null)
  if (found.email === null) return concealedPreview(ctx, input.account)
  return { email: found.email, fullName: found.fullName, picture: found.picture || DEFAULT_PICTURE }
}
