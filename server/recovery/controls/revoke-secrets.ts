import { auditEvent } from '@/server/audit/audit-event'
import { secondsAfter } from '@/server/core/context'
import { instantParam, runStatement } from '@/server/db/client'
import { type SQL, sql } from '@/server/db/sql'
import { statementOf, step } from '@/server/db/statement'
import { expireAll, hasUnexpired } from './end-secrets'
import type { OperatorContext } from './operator'

/** Rows of one statement, which locks them for milliseconds. */
const BATCH_SIZE = 500

/** A code and its grant end within two hours of the request, and the link may have ended long before. */
const LONGEST_AFTER_LINK_SECONDS = 2 * 3600

/**
 * Ends all links, codes and grants that work now, of everyone or of one account. They answer as expired ones do.
 * Emails that are requested afterwards work. The link "This wasn't me", passwords and sessions are not affected.
 * @returns how many requests had live secrets, and of how many accounts
 */
export async function revokeSecrets(
  ctx: OperatorContext,
  accountId?: string,
): Promise<{ requests: number; accounts: number }> {
  const accounts = new Set<string>()
  let requests = 0
  let last: string | null = '00000000-0000-0000-0000-000000000000'
  // In the order of ids, so that the work ends although new requests are minted meanwhile.
  while (last) {
    const revoked: { id: string; accountId: string }[] = await revokeBatch(ctx, last, accountId)
    for (const row of revoked) accounts.add(row.accountId)
    requests += revoked.length
    last =
      revoked
        .map(({ id }) => id)
        .sort()
        .at(-1) ?? null
  }
  return { requests, accounts: accounts.size }
}

/** Ends the secrets of the next rows after an id, and records it. */
function revokeBatch(ctx: OperatorContext, last: string, accountId?: string) {
  const ofAccount: SQL = accountId === undefined ? sql`` : sql`and t.account_id = ${accountId}`
  const oldest = instantParam(secondsAfter(ctx.now, -LONGEST_AFTER_LINK_SECONDS))
  const chosen = step(
    'chosen_tokens',
    sql`select t.id from latchkey.password_reset_tokens t
    where t.id > ${last}::uuid and t.expires_at > ${oldest} and ${hasUnexpired(ctx.now)} ${ofAccount}
    order by t.id limit ${BATCH_SIZE} for update`,
  )
  const revoked = step(
    'revoked_tokens',
    sql`update latchkey.password_reset_tokens t set ${expireAll} from ${chosen} where t.id = ${chosen}.id
    returning t.id, t.account_id as "accountId"`,
  )
  const event = { kind: 'secrets-revoked', requestId: ctx.requestId, device: null, at: ctx.now } as const
  const audited = step(
    'audited',
    auditEvent({ ...event, accountId: sql`"accountId"` }, sql`from (select distinct "accountId" from ${revoked}) r`),
  )
  return runStatement<{ id: string; accountId: string }>(
    ctx.db,
    statementOf([chosen, revoked, audited], sql`select * from ${revoked}`),
  )
}
