import { accountsOf } from '@/server/accounts/find-account'
import type { Identifier } from '@/server/core/schemas'
import { runStatement } from '@/server/db/client'
import { sql } from '@/server/db/sql'
import type { OperatorContext } from './operator'

export interface ListedAccount {
  /** The text form of its id. */
  id: string
  email: string
  username: string | null
  frozenSince: Date | null
}

/** The active accounts with an email address or username, at most five, for an operator who needs an id. */
export const listAccounts = (ctx: Pick<OperatorContext, 'db'>, identifier: Identifier): Promise<ListedAccount[]> =>
  runStatement<ListedAccount>(
    ctx.db,
    sql`select a.id::text as id, a.email::text as email, a.username::text as username, f.since as "frozenSince"
    from (${accountsOf(identifier)}) a left join latchkey.frozen_accounts f on f.account_id = a.id::text`,
  )
