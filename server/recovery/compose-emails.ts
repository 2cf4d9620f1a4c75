import { and, eq, inArray, sql } from 'drizzle-orm'
import { accountState } from '@/server/accounts/account-state'
import { type RecoveryContext, secondsAfter } from '@/server/core/context'
import { codeDigestOf, codeOf, digestOf, type SecretRing, sameBytes, signedIdOf } from '@/server/core/secrets'
import { instantParam, runStatement } from '@/server/db/client'
import { type LinkForm, mailOutbox, passwordResetTokens } from '@/server/db/schema'
import { EMAILS_PER_ACCOUNT } from '@/server/limits/limits'
import type { Composed } from '@/server/mail/emails'
import type { ClaimedEmail } from '@/server/mail/outbox'
import { ignoreSuppressed, isSuppressed, SUPPRESSED_REASON } from '@/server/mail/suppressions'
import { renderPasswordChanged } from '@/server/mail/templates/password-changed'
import { renderPasswordReset } from '@/server/mail/templates/password-reset'
import { linkOf, tokenOf } from './link-forms'

/** What the worker's part of a recovery may know. */
export interface ComposeContext extends Pick<RecoveryContext, 'db' | 'now' | 'policy' | 'secrets'> {
  /** The origin of every link. */
  appUrl: string
}

/** A request as far as minting needs it. */
export type AskedRow = Pick<ClaimedEmail, 'id' | 'form' | 'identifier' | 'userId'>

/**
 * Answers a claimed batch of requests: finds their accounts in one look-up, makes each account's new
 * request the only live one, and renders its mail; a request with nobody behind it, or too soon after the
 * last, is marked `ignored` and what was typed is blanked. A batch claimed again is only rendered again.
 * A request that waited for as long as a link lives fails.
 */
export async function composeResetEmails(ctx: ComposeContext, batch: ClaimedEmail[]): Promise<Composed[]> {
  const fresh = batch.filter((mail) => mail.composedAt === null)
  // After a long outage nobody waits for these any more; whoever does has asked again.
  const stale = fresh.filter((mail) => secondsAfter(mail.createdAt, ctx.policy.linkTtlSeconds) <= ctx.now)
  const asked = fresh.filter((mail) => !stale.includes(mail))
  if (asked.length > 0) await mintRequests(ctx, asked)
  const late = stale.map(({ id }) => ({ id, failed: 'not sent in time: it was asked for too long ago' }))
  return [...late, ...(await renderMinted(ctx, batch))]
}

/**
 * Answers the requests of a batch that nobody has answered yet, in one statement: finds their accounts (by address, by
 * username, or for somebody signed in by id, each by its index), makes one request an account its only live
 * one, and settles the rest. The first asked is answered, unless its account is cooling down. Safe from several
 * workers at once, on the same rows too: the rows are locked first, and of two who mint for one account, the
 * unique index lets one. (A transaction would be less safe: postgres.js 3.4 may crash when one loses its connection.)
 */
export async function mintRequests(ctx: Omit<ComposeContext, 'appUrl'>, asked: AskedRow[]): Promise<void> {
  const [secret] = ctx.secrets
  const wanted = asked.map(({ id, form, identifier, userId }) => ({
    id,
    identifier,
    user_id: userId,
    token_hash: digestOf(tokenOf(form, secret, id)).toString('hex'),
    code_hash: codeDigestOf(secret, id, codeOf(secret, id)).toString('hex'),
  }))
  const now = instantParam(ctx.now)
  const expiresAt = instantParam(secondsAfter(ctx.now, ctx.policy.linkTtlSeconds))
  // Each row is looked up by itself: a plan made while the tables were small must not scan them when they are not.
  // An address that is not to be mailed is minted for all the same: a trusted back end may hand the link out.
  await runStatement(
    ctx.db,
    sql`with asked as materialized (
      select a.*, o.created_at, o.exempt_from_cooldown, o.request_id, o.device, case
        when a.user_id is not null then a.user_id
        when position('@' in a.identifier) > 0
          then (select u.id from users u where lower(u.email collate "C") = a.identifier)
        else (select u.id from users u where lower(u.username collate "C") = a.identifier) end as named
      from jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb)
        as a(id uuid, identifier text, user_id uuid, token_hash text, code_hash text)
      join mail_outbox o using (id) where o.composed_at is null and o.status in ('queued', 'sending')
      order by o.id for update of o
    ),
    found as materialized (
      select asked.*, u.id as owner, u.email, u.full_name, ${accountState} as account_state,
        not asked.exempt_from_cooldown and asked.created_at < make_interval(secs => ${ctx.policy.sendCooldownSeconds})
          + (select max(t.created_at) from password_reset_tokens t where t.user_id = u.id) is true as cooling,
        not asked.exempt_from_cooldown and exists (
          select from password_reset_tokens t where t.user_id = u.id and t.used_at is null and t.superseded_at is null and t.expires_at > ${now}
        ) and (
          select count(*) from password_reset_tokens t
          where t.user_id = u.id and t.created_at > asked.created_at - make_interval(secs => ${EMAILS_PER_ACCOUNT.windowSeconds})
        ) >= ${EMAILS_PER_ACCOUNT.budget} as plenty,
        (select t.id from password_reset_tokens t
          where t.user_id = u.id and t.used_at is null and t.superseded_at is null) as live_id,
        ${isSuppressed(sql`u.id`, sql`u.email`)} as suppressed
      from asked left join users u on u.id = asked.named and u.deactivated_at is null
    ),
    chosen as materialized (
      select distinct on (owner) * from found where owner is not null and not cooling and not plenty
      order by owner, created_at, id
    ),
    superseded as (
      update password_reset_tokens t
      set superseded_at = case when t.used_at is null then coalesce(t.superseded_at, ${now}) else t.superseded_at end
      from chosen where t.id = chosen.live_id returning t.id
    ),
    minted as (
      insert into password_reset_tokens
        (id, user_id, token_hash, code_hash, account_state, created_at, expires_at, code_expires_at)
      select id, owner, decode(token_hash, 'hex'), decode(code_hash, 'hex'), account_state, created_at,
        ${expiresAt}, ${instantParam(secondsAfter(ctx.now, ctx.policy.codeTtlSeconds))}
      from chosen where (select count(*) from superseded) >= 0 order by owner
      on conflict (user_id) where used_at is null and superseded_at is null do nothing
      returning id
    ),
    answered as (
      select found.*, found.id in (select id from minted) as is_minted from found
    ),
    noted as (
      insert into security_events (user_id, kind, request_id, device, created_at)
      select owner, case when is_minted then 'reset-requested' else 'reset-refused' end, request_id, device, created_at
      from answered where owner is not null
    )
    update mail_outbox o set identifier = null,
      status = case when a.is_minted and not a.suppressed then o.status else 'ignored' end,
      lease_expires_at = case when a.is_minted and not a.suppressed then o.lease_expires_at end,
      reason = case when a.owner is null then 'no-account' when not a.is_minted then 'asked-too-soon'
        when a.suppressed then ${SUPPRESSED_REASON} end,
      user_id = case when a.is_minted then a.owner else o.user_id end,
      recipient = case when a.is_minted then a.email end,
      recipient_name = case when a.is_minted then a.full_name end,
      composed_at = case when a.is_minted then ${now} end,
      expires_at = case when a.is_minted then ${expiresAt} end
    from answered a where o.id = a.id and o.composed_at is null`,
  )
}

/** Renders every minted row of a batch, from what was written down when it was minted. */
async function renderMinted(ctx: ComposeContext, batch: ClaimedEmail[]): Promise<Composed[]> {
  const rows = await ctx.db
    .select({
      id: mailOutbox.id,
      to: mailOutbox.recipient,
      name: mailOutbox.recipientName,
      device: mailOutbox.device,
      expiresAt: mailOutbox.expiresAt,
      createdAt: mailOutbox.createdAt,
      composedAt: mailOutbox.composedAt,
      form: mailOutbox.form,
      userId: passwordResetTokens.userId,
      tokenHash: passwordResetTokens.tokenHash,
      codeExpiresAt: passwordResetTokens.codeExpiresAt,
    })
    .from(mailOutbox)
    .innerJoin(passwordResetTokens, eq(passwordResetTokens.id, mailOutbox.id))
    .where(
      and(
        inArray(
          mailOutbox.id,
          batch.map((mail) => mail.id),
        ),
        eq(mailOutbox.status, 'sending'),
      ),
    )
  const minted = new Map(rows.map((row) => [row.id, row]))

  const composed: Composed[] = []
  for (const { id } of batch) {
    const row = minted.get(id)
    if (!row?.to || !row.expiresAt || !row.composedAt) continue // settled, when it was answered
    const secret = secretBehind(ctx.secrets, row)
    if (!secret) {
      composed.push({ id, failed: 'APP_SECRET no longer holds the secret that this mail was made with' })
      continue
    }
    const minutes = (until: Date) => Math.round((until.getTime() - (row.composedAt as Date).getTime()) / 60_000)
    const email = await renderPasswordReset({
      recipientName: row.name || null,
      link: await linkOf(ctx.appUrl, secret, { id, userId: row.userId, form: row.form, expiresAt: row.expiresAt }),
      code: codeOf(secret, id),
      linkMinutes: minutes(row.expiresAt),
      codeMinutes: minutes(row.codeExpiresAt),
      device: row.device,
      requestedAt: inWords(row.createdAt),
    })
    composed.push({ id, email: { id, to: row.to, ...email }, expiresAt: row.expiresAt })
  }
  return composed
}

/** The secret of the ring that a row was minted with, so that a retry after a rotation mails the same bytes. */
export const secretBehind = (ring: SecretRing, row: { id: string; form: LinkForm; tokenHash: Buffer }) =>
  ring.find((secret) => sameBytes(digestOf(tokenOf(row.form, secret, row.id)), row.tokenHash))

/** Renders the mails that tell of a changed password; everything in them stands in their rows. */
export async function composeChangedEmails(ctx: ComposeContext, batch: ClaimedEmail[]): Promise<Composed[]> {
  const suppressed = await ignoreSuppressed(
    ctx,
    batch.map((email) => email.id),
  )
  const composed: Composed[] = []
  for (const row of batch) {
    if (!row.recipient || !row.expiresAt || suppressed.has(row.id)) continue
    const email = await renderPasswordChanged({
      recipientName: row.recipientName || null,
      changedAt: inWords(row.createdAt),
      device: row.device,
      secureAccountLink: `${ctx.appUrl}/secure-account?token=${signedIdOf(ctx.secrets[0], 'not-me', row.id)}`,
    })
    composed.push({ id: row.id, email: { id: row.id, to: row.recipient, ...email }, expiresAt: row.expiresAt })
  }
  return composed
}

const WORDS = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })

/** "20 November 2026 at 14:30 UTC": the reader's own zone is not known to a server. */
const inWords = (at: Date) => `${WORDS.format(at)} UTC`
