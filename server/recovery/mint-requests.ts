import { sql } from 'drizzle-orm'
import { accountState, isActive } from '@/server/accounts/account-state'
import { accountIdOf } from '@/server/accounts/find-account'
import { auditEvent } from '@/server/audit/audit-event'
import { type RecoveryContext, secondsAfter } from '@/server/core/context'
import { codeDigestOf, codeOf, digestOf } from '@/server/core/secrets'
import { instantParam, runStatement } from '@/server/db/client'
import { materializedStep, type Step, statementOf, step } from '@/server/db/statement'
import { EMAILS_PER_ACCOUNT } from '@/server/limits/limits'
import type { ClaimedEmail } from '@/server/mail/outbox'
import { isSuppressed, SUPPRESSED_REASON } from '@/server/mail/suppressions'
import { isCoolingDown } from './cooldown'
import { tokenOf } from './link-forms'
import { isLive, isOpen, isOpenInIndex } from './live-secret'

type MintContext = Pick<RecoveryContext, 'db' | 'now' | 'policy' | 'secrets'>

/** What minting needs of a request. */
export type MintableRequest = Pick<ClaimedEmail, 'id' | 'form' | 'identifier' | 'userId'>

/**
 * Processes requests that were not processed yet, in one statement: finds their accounts, makes one request per
 * account its only live one, and marks the others `ignored`. Of several requests for an account the first is
 * minted, unless the account is cooling down. The typed identifiers are erased.
 *
 * Several workers may process the same requests. The outbox rows are locked first, in the order of their ids; a
 * unique index lets only one of two workers mint for an account.
 */
export async function mintRequests(ctx: MintContext, requests: MintableRequest[]): Promise<void> {
  const locked = lockRequests(ctx, requests)
  const matched = matchAccounts(ctx, locked)
  const chosen = chooseRequests(matched)
  const superseded = supersedeOpenTokens(ctx, chosen)
  const minted = insertTokens(ctx, chosen, superseded)
  const processed = markMinted(matched, minted)
  await runStatement(
    ctx.db,
    statementOf(
      [locked, matched, chosen, superseded, minted, processed, auditRequests(processed)],
      settleRequests(ctx, processed),
    ),
  )
}

/** Locks the requests in the outbox, and finds the id of each one's account by id, email address or username. */
function lockRequests(ctx: MintContext, requests: MintableRequest[]): Step {
  const [secret] = ctx.secrets
  const given = requests.map(({ id, form, identifier, userId }) => ({
    id,
    identifier,
    user_id: userId,
    token_hash: digestOf(tokenOf(form, secret, id)).toString('hex'),
    code_hash: codeDigestOf(secret, id, codeOf(secret, id)).toString('hex'),
  }))
  return materializedStep(
    'locked_requests',
    sql`select r.*, coalesce(r.user_id, ${accountIdOf(sql`r.identifier`)}) as named_user_id,
      o.created_at, o.exempt_from_cooldown, o.request_id, o.device
    from jsonb_to_recordset(${JSON.stringify(given)}::jsonb)
      as r(id uuid, identifier text, user_id uuid, token_hash text, code_hash text)
    join mail_outbox o using (id)
    where o.composed_at is null and o.status in ('queued', 'sending')
    order by o.id for update of o`,
  )
}

/** Joins each request with its active account, if it has one, and tells what minting must respect. */
const matchAccounts = (ctx: MintContext, requests: Step): Step =>
  materializedStep(
    'matched_requests',
    sql`select r.*, u.id as account_id, u.email, u.full_name, ${accountState} as account_state,
      (select t.id from password_reset_tokens t where t.user_id = u.id and ${isOpen}) as open_token_id,
      not r.exempt_from_cooldown and (
        ${isCoolingDown(ctx, sql`u.id`, sql`r.created_at`)} or ${isOverEmailLimit(ctx)}
      ) as too_soon,
      ${isSuppressed(sql`u.id`, sql`u.email`)} as suppressed
    from ${requests} r left join users u on u.id = r.named_user_id and ${isActive}`,
  )

/** A condition on a request `r` and its account `u`: a link is live, and EMAILS_PER_ACCOUNT is used up. */
const isOverEmailLimit = (ctx: MintContext) => sql`(
    exists (select from password_reset_tokens t where t.user_id = u.id and ${isLive('link', ctx.now)})
    and ${EMAILS_PER_ACCOUNT.budget} <= (
      select count(*) from password_reset_tokens t where t.user_id = u.id
        and t.created_at > r.created_at - make_interval(secs => ${EMAILS_PER_ACCOUNT.windowSeconds})
    ))`

/** The first request of each account that may have an email now. */
const chooseRequests = (matched: Step): Step =>
  materializedStep(
    'chosen_requests',
    sql`select distinct on (account_id) * from ${matched} where account_id is not null and not too_soon
    order by account_id, created_at, id`,
  )

/** Closes the open row of each chosen account, even if it has expired. A unique index allows one per account. */
const supersedeOpenTokens = (ctx: MintContext, chosen: Step): Step =>
  step(
    'superseded_tokens',
    sql`update password_reset_tokens t set superseded_at = ${instantParam(ctx.now)} from ${chosen}
    where t.id = ${chosen}.open_token_id and ${isOpen}
    returning t.id`,
  )

/** Inserts the rows of the chosen requests, each after the row that it supersedes was closed. */
function insertTokens(ctx: MintContext, chosen: Step, superseded: Step): Step {
  const expiresAt = instantParam(secondsAfter(ctx.now, ctx.policy.linkTtlSeconds))
  const codeExpiresAt = instantParam(secondsAfter(ctx.now, ctx.policy.codeTtlSeconds))
  return step(
    'minted_tokens',
    sql`insert into password_reset_tokens
      (id, user_id, token_hash, code_hash, account_state, created_at, expires_at, code_expires_at)
    select c.id, account_id, decode(token_hash, 'hex'), decode(code_hash, 'hex'), account_state, created_at,
      ${expiresAt}, ${codeExpiresAt}
    from ${chosen} c left join ${superseded} s on s.id = c.open_token_id
    order by account_id
    on conflict (user_id) where ${isOpenInIndex} do nothing
    returning id`,
  )
}

/** Every locked request, and whether it was minted. */
const markMinted = (matched: Step, minted: Step): Step =>
  step('processed_requests', sql`select *, id in (select id from ${minted}) as is_minted from ${matched}`)

/** Records each request for an account. */
const auditRequests = (processed: Step): Step =>
  step(
    'audited',
    auditEvent(
      {
        kind: sql`case when is_minted then 'reset-requested' else 'reset-refused' end`,
        userId: sql`account_id`,
        requestId: sql`request_id`,
        device: sql`device`,
        at: sql`created_at`,
      },
      sql`from ${processed} where account_id is not null`,
    ),
  )

/**
 * Writes to the outbox how each request ends, and what its email needs. An account whose address is suppressed is
 * minted but not emailed: a trusted back end may hand the link out.
 */
function settleRequests(ctx: MintContext, processed: Step) {
  const expiresAt = instantParam(secondsAfter(ctx.now, ctx.policy.linkTtlSeconds))
  return sql`update mail_outbox o set identifier = null,
      status = case when p.is_minted and not p.suppressed then o.status else 'ignored' end,
      lease_expires_at = case when p.is_minted and not p.suppressed then o.lease_expires_at end,
      reason = case when p.account_id is null then 'no-account' when not p.is_minted then 'asked-too-soon'
        when p.suppressed then ${SUPPRESSED_REASON} end,
      user_id = case when p.is_minted then p.account_id else o.user_id end,
      recipient = case when p.is_minted then p.email end,
      recipient_name = case when p.is_minted then p.full_name end,
      composed_at = case when p.is_minted then ${instantParam(ctx.now)} end,
      expires_at = case when p.is_minted then ${expiresAt} end
    from ${processed} p where o.id = p.id and o.composed_at is null`
}
