import { runStatement } from '@/server/db/client'
import type { Pause } from '@/server/db/schema'
import { sql } from '@/server/db/sql'
import { hasUnexpired } from './end-secrets'
import type { OperatorContext } from './operator'

export interface ControlStatus {
  pauses: { what: Pause; since: Date }[]
  /** The accounts that were frozen last, and how many there are. */
  frozen: { accountId: string; since: Date }[]
  frozenCount: number
  /** Requests of which a link, a code or a grant works now, pauses aside. */
  liveRequests: number
}

const LISTED = 20

/** Tells an operator what is paused and frozen. */
export async function controlStatus(ctx: Pick<OperatorContext, 'db' | 'now'>): Promise<ControlStatus> {
  const [row] = await runStatement<{ frozenCount: number; liveRequests: number }>(
    ctx.db,
    sql`select (select count(*)::int from latchkey.frozen_accounts) as "frozenCount",
      (select count(*)::int from latchkey.password_reset_tokens t where ${hasUnexpired(ctx.now)}) as "liveRequests"`,
  )
  const pauses = await runStatement<ControlStatus['pauses'][number]>(
    ctx.db,
    sql`select what, since from latchkey.recovery_pauses order by what`,
  )
  const frozen = await runStatement<ControlStatus['frozen'][number]>(
    ctx.db,
    sql`select account_id as "accountId", since from latchkey.frozen_accounts order by since desc, account_id limit ${LISTED}`,
  )
  return { pauses, frozen, frozenCount: row?.frozenCount ?? 0, liveRequests: row?.liveRequests ?? 0 }
}
