import { accountState } from '@/server/accounts/account-state'
import { accountOrder, accountsNamedBy } from '@/server/accounts/find-account'
import { auditEvent } from '@/server/audit/audit-event'
import { type RecoveryContext, secondsAfter } from '@/server/core/context'
import { codeDigestOf, codeOf, digestOf, newSeed } from '@/server/core/secrets'
import { instantParam, runStatement } from '@/server/db/client'
import { sql } from '@/server/db/sql'
import { materializedStep, type Step, statementOf, step } from '@/server/db/statement'
import { EMAILS_PER_ACCOUNT } from '@/server/limits/limits'
import type { ClaimedEmail } from '@/server/mail/outbox'
import { isStopped, isSuppressed, STOPPED_REASON, SUPPRESSED_REASON } from '@/server/mail/suppressions'
import { isCoolingDown } from './cooldown'
import { FROZEN_REASON, isFrozen } from './frozen'
import { tokenOf } from './link-forms'
import { isLive, isOpen, isOpenInIndex, keptUntil } from './live-secret'
import { areCodesOff } from './lockout'

type MintContext = Pick<RecoveryContext, 'db' | 'now' | 'policy' | 'secrets'>

/** What minting needs of a request. */
export type MintableRequest = Pick<ClaimedEmail, 'id' | 'form' | 'identifier' | 'accountId'>

/**
 * Processes requests that were not processed yet, in one statement: finds their accounts, makes one request per
 * account its only live one, and marks the others `ignored`. Of several requests for an account the first is
 * minted, unless the account is cooling down or its owner wants no emails. Further accounts of a typed address get
 * requests of their own.
 * @param isTrusted for a trusted back end, which hands the link out: minted although the owner wants no emails
 */
export async function mintRequests(ctx: MintContext, requests: MintableRequest[], isTrusted = false): Promise<void> {
  // Several workers may process the same requests. The rows are locked in the order of their ids, and a unique index
  // lets only one of two workers mint for an account.
  const locked = lockRequests(ctx, requests)
  const matched = matchAccounts(ctx, locked)
  const chosen = chooseRequests(matched, isTrusted)
  const superseded = supersedeOpenTokens(ctx, chosen)
  const minted = insertTokens(ctx, chosen, superseded)
  const processed = markMinted(matched, minted)
  const queued = queueFurtherAccounts(ctx, matched)
  await runStatement(
    ctx.db,
    statementOf(
      [locked, matched, queued, chosen, superseded, minted, processed, auditRequests(processed)],
      settleRequests(ctx, processed),
    ),
  )
}

/** Locks the requests in the outbox. Each names its accounts by one of three columns. */
function lockRequests(ctx: MintContext, requests: MintableRequest[]): Step {
  const [secret] = ctx.secrets
  const given = requests.map(({ id, form, identifier, accountId }) => {
    const seed = newSeed()
    return {
      id,
      seed: seed.toString('hex'),
      by_id: accountId,
      by_email: accountId === null && identifier?.includes('@') ? identifier : null,
      by_username: accountId === null && !identifier?.includes('@') ? identifier : null,
      token_hash: digestOf(tokenOf(form, secret, seed)).toString('hex'),
      code_hash: codeDigestOf(secret, id, codeOf(secret, seed)).toString('hex'),
    }
  })
  return materializedStep(
    'locked_requests',
    sql`select r.*, o.form, o.created_at, o.exempt_from_cooldown, o.request_id, o.device, o.requested_locale
    from jsonb_to_recordset(${JSON.stringify(given)}::jsonb)
      as r(id uuid, by_id text, by_email text, by_username text, seed text, token_hash text, code_hash text)
    join latchkey.mail_outbox o using (id)
    where o.composed_at is null and o.status in ('queued', 'sending')
    order by o.id for update of o`,
  )
}

/**
 * Joins each request with its active accounts, and tells what minting must respect. An email address may belong to
 * several accounts. `position` numbers the accounts of a request from 1; without an account, the request has one row.
 */
const matchAccounts = (ctx: MintContext, requests: Step): Step =>
  materializedStep(
    'matched_requests',
    sql`select r.*, a.id::text as account_id, a.email, a.username, a.full_name, a.sign_in_via, a.locale,
      ${accountState} as account_state, row_number() over (partition by r.id order by ${accountOrder}) as position,
      (select t.id from latchkey.password_reset_tokens t where t.account_id = a.id::text and ${isOpen}) as open_token_id,
      not r.exempt_from_cooldown and (
        ${isCoolingDown(ctx, sql`a.id::text`, sql`r.created_at`)} or ${isOverEmailLimit(ctx)}
      ) as too_soon,
      not r.exempt_from_cooldown and ${isStopped(sql`a.id::text`, sql`a.email`, ctx.now)} as stopped,
      ${isSuppressed(sql`a.id::text`, sql`a.email`)} as suppressed, ${areCodesOff(sql`a.id::text`)} as codes_off,
      ${isFrozen(sql`a.id::text`)} as frozen, ${expiryOfNext(ctx)} as expires_at
    from ${requests} r left join lateral ${accountsNamedBy({
      id: sql`r.by_id`,
      email: sql`r.by_email`,
      username: sql`r.by_username`,
    })} a on true`,
  )

/** Queues a request of its own for each further account of an address, so that each is minted and emailed by itself. */
const queueFurtherAccounts = (ctx: MintContext, matched: Step): Step =>
  step(
    'queued_requests',
    sql`insert into latchkey.mail_outbox
      (id, kind, form, account_id, device, requested_locale, request_id, due_at, created_at)
    select gen_random_uuid(), 'password-reset', form, account_id, device, requested_locale, request_id,
      ${instantParam(ctx.now)}, created_at
    from ${matched} where position > 1`,
  )

/** The email of a token `t` was sent, or will be. */
const isEmailed = sql.raw(`exists (select from latchkey.mail_outbox sent where sent.id = t.id
    and sent.status in ('queued', 'sending', 'sent', 'delivered'))`)

/** How many emails the account `a` of a request `r` was sent in the window, since its owner completed a reset. */
const emailsSent = sql`(
    select count(*) from latchkey.password_reset_tokens t where t.account_id = a.id::text and ${isEmailed}
      and t.created_at > r.created_at - make_interval(secs => ${EMAILS_PER_ACCOUNT.windowSeconds})
      and t.created_at > coalesce(
        (select max(used_at) from latchkey.password_reset_tokens u where u.account_id = a.id::text), '-infinity'))`

/** A condition on a request `r` and its account `a`: an email with a live link was sent, and the budget is used up. */
const isOverEmailLimit = (ctx: MintContext) => sql`(
    exists (
      select from latchkey.password_reset_tokens t
      where t.account_id = a.id::text and ${isLive('link', ctx.now)} and ${isEmailed}
    )
    and ${emailsSent} >= ${EMAILS_PER_ACCOUNT.budget})`

/**
 * When the link of a request `r` for an account `a` expires. The last one of EMAILS_PER_ACCOUNT works until more are
 * sent: its owner must not be left without one. SP 800-63B-4 §4.2.1.2 allows 24 hours.
 */
const expiryOfNext = (ctx: MintContext) => sql`${instantParam(ctx.now)} + make_interval(secs => case
    when ${emailsSent} >= ${EMAILS_PER_ACCOUNT.budget - 1}
    then greatest(${ctx.policy.linkTtlSeconds}::int, ${EMAILS_PER_ACCOUNT.windowSeconds}::int)
    else ${ctx.policy.linkTtlSeconds}::int end)`

/** The first request of each account that may have an email now. */
const chooseRequests = (matched: Step, isTrusted: boolean): Step =>
  materializedStep(
    'chosen_requests',
    sql`select distinct on (account_id) * from ${matched}
    where account_id is not null and position = 1 and not too_soon and (not stopped or ${isTrusted}) and not frozen
    order by account_id, created_at, id`,
  )

/**
 * Closes the open row of each chosen account, even if it has expired: a unique index allows one per account. The row is
 * kept for a while if a reset is in progress.
 */
const supersedeOpenTokens = (ctx: MintContext, chosen: Step): Step =>
  step(
    'superseded_tokens',
    sql`update latchkey.password_reset_tokens t
    set superseded_at = ${instantParam(ctx.now)}, kept_until = ${keptUntil(ctx.now)} from ${chosen}
    where t.id = ${chosen}.open_token_id and ${isOpen}
    returning t.id`,
  )

/**
 * Inserts the rows of the chosen requests, each after the row that it supersedes was closed. A person without a
 * password gets a row too, which counts for cooldown and limits, with digests that no link or code has.
 */
function insertTokens(ctx: MintContext, chosen: Step, superseded: Step): Step {
  const codeExpiresAt = instantParam(secondsAfter(ctx.now, ctx.policy.codeTtlSeconds))
  return step(
    'minted_tokens',
    sql`insert into latchkey.password_reset_tokens
      (id, account_id, seed, token_hash, code_hash, account_state, created_at, expires_at, code_expires_at)
    select c.id, account_id, decode(seed, 'hex'), ${digestUnless('sign_in_via is not null', 'token_hash')},
      ${digestUnless('sign_in_via is not null or codes_off', 'code_hash')}, account_state, created_at,
      expires_at, case when not codes_off then ${codeExpiresAt} end
    from ${chosen} c left join ${superseded} s on s.id = c.open_token_id
    order by account_id
    on conflict (account_id) where ${isOpenInIndex} do nothing
    returning id`,
  )
}

/** SQL: the digest in a column, or that of random bytes where the email has no such secret. */
const digestUnless = (condition: string, column: 'token_hash' | 'code_hash') =>
  sql.raw(`case when ${condition} then sha256(uuid_send(gen_random_uuid())) else decode(${column}, 'hex') end`)

/** Every locked request with its first account, and whether it was minted. */
const markMinted = (matched: Step, minted: Step): Step =>
  step(
    'processed_requests',
    sql`select *, id in (select id from ${minted}) as is_minted from ${matched} where position = 1`,
  )

/** Records each request for an account. */
const auditRequests = (processed: Step): Step =>
  step(
    'audited',
    auditEvent(
      {
        kind: sql`case when is_minted then 'reset-requested' else 'reset-refused' end`,
        accountId: sql`account_id`,
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
  return sql`update latchkey.mail_outbox o set identifier = null,
      status = case when p.is_minted and not p.suppressed and not p.stopped then o.status else 'ignored' end,
      lease_expires_at = case when p.is_minted and not p.suppressed and not p.stopped then o.lease_expires_at end,
      reason = case when p.account_id is null then 'no-account' when p.frozen then ${FROZEN_REASON}
        when p.stopped then ${STOPPED_REASON}
        when not p.is_minted then 'asked-too-soon'
        when p.suppressed then ${SUPPRESSED_REASON} end,
      account_id = case when p.is_minted then p.account_id else o.account_id end,
      recipient = case when p.is_minted then p.email end,
      recipient_name = case when p.is_minted then p.full_name end,
      recipient_username = case when p.is_minted then p.username end,
      sign_in_via = case when p.is_minted then p.sign_in_via end,
      account_locale = case when p.is_minted then p.locale::text end,
      composed_at = case when p.is_minted then ${instantParam(ctx.now)} end,
      expires_at = case when p.is_minted then p.expires_at end
    from ${processed} p where o.id = p.id and o.composed_at is null`
}
