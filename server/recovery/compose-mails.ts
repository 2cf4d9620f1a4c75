import { and, eq, inArray, isNull, sql } from 'drizzle-orm'
import { type LinkForm, mailOutbox, mailProblems, passwordResetTokens } from '@/server/db/schema'
import type { Composed } from '@/server/mail/messages'
import type { ClaimedMail } from '@/server/mail/outbox'
import { renderPasswordChanged } from '@/server/mail/templates/password-changed'
import { renderPasswordReset } from '@/server/mail/templates/password-reset'
import { accountState } from './account-state'
import { type RecoveryContext, secondsAfter } from './context'
import { linkOf, tokenOf } from './link-forms'
import { codeDigestOf, codeOf, digestOf, type SecretRing, sameBytes, signedIdOf } from './secrets'

/** What the worker's part of a recovery may know. */
export interface ComposeContext extends Pick<RecoveryContext, 'db' | 'now' | 'policy' | 'secrets'> {
  /** The origin of every link. */
  appUrl: string
}

/** Any number, the same in every process: two workers mint one after the other. */
const MINTING_LOCK = 7_421_905

/** A request as far as minting needs it. */
export type AskedRow = Pick<
  ClaimedMail,
  'id' | 'form' | 'identifier' | 'userId' | 'device' | 'requestId' | 'createdAt' | 'exemptFromCooldown'
>

interface Found {
  requestId: string
  /** Null where nobody is behind what was typed. */
  userId: string | null
  email: string
  fullName: string
  accountState: Buffer
  lastMailedAt: string | null
  /** The address has bounced, or its reader has called our mail spam. */
  undeliverable: boolean
}

/** What becomes of one request. */
interface Answer {
  mail: AskedRow
  account: Found | null
  status: 'ignored' | 'failed' | null
  reason: string | null
}

/**
 * Answers a claimed batch of requests: finds their accounts in one look-up, makes each account's new
 * request the only live one, and renders its mail; a request with nobody behind it, or too soon after the
 * last, is marked `ignored` and what was typed is blanked. A batch claimed again is only rendered again.
 * A request that waited for as long as a link lives fails.
 */
export async function composeResetMails(ctx: ComposeContext, batch: ClaimedMail[]): Promise<Composed[]> {
  const fresh = batch.filter((mail) => mail.composedAt === null)
  // After a long outage nobody waits for these any more; whoever does has asked again.
  const stale = fresh.filter((mail) => secondsAfter(mail.createdAt, ctx.policy.linkTtlSeconds) <= ctx.now)
  const asked = fresh.filter((mail) => !stale.includes(mail))
  if (asked.length > 0) await mintRequests(ctx, asked)
  const late = stale.map(({ id }) => ({ id, failed: 'not sent in time: it was asked for too long ago' }))
  return [...late, ...(await renderMinted(ctx, batch))]
}

/**
 * Makes the tokens of requests whose mails are not composed yet, and settles those that get none. A handful
 * of statements for a whole batch; safe to run from several workers at once, on the same rows too.
 */
export async function mintRequests(ctx: Omit<ComposeContext, 'appUrl'>, asked: AskedRow[]): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${MINTING_LOCK})`)
    const found = (await tx.execute(findAccounts(asked))) as unknown as Found[]
    const answers = chooseAnswers(ctx, asked, found)
    const owners = answers.flatMap(({ account, reason }) => (account?.userId && isMinted(reason) ? account.userId : []))
    if (owners.length > 0) {
      await tx
        .update(passwordResetTokens)
        .set({ supersededAt: ctx.now })
        .where(
          and(
            inArray(passwordResetTokens.userId, owners),
            isNull(passwordResetTokens.usedAt),
            isNull(passwordResetTokens.supersededAt),
          ),
        )
    }
    if (answers.length > 0) await tx.execute(writeAnswers(ctx, answers))
  })
}

/** A request whose owner's address is dead is minted all the same: a trusted back end may hand its link out. */
const isMinted = (reason: string | null) => reason === null || reason === 'address-undeliverable'

/** The tokens, the audit and the rows of the outbox, in one statement. */
function writeAnswers(ctx: Omit<ComposeContext, 'appUrl'>, answers: Answer[]) {
  const [secret] = ctx.secrets
  const now = ctx.now.toISOString()
  const rows = answers.map(({ mail, account, status, reason }) => {
    const minted = account?.userId && isMinted(reason)
    return {
      id: mail.id,
      status,
      reason,
      audit: !account?.userId ? null : minted ? 'reset-requested' : 'reset-refused',
      owner: account?.userId ?? null,
      recipient: minted ? account.email : null,
      recipient_name: minted ? account.fullName : null,
      token_hash: minted ? digestOf(tokenOf(mail.form, secret, mail.id)).toString('hex') : null,
      code_hash: minted ? codeDigestOf(secret, mail.id, codeOf(secret, mail.id)).toString('hex') : null,
      account_state: minted ? account.accountState.toString('hex') : null,
    }
  })
  const expiresAt = sql`${secondsAfter(ctx.now, ctx.policy.linkTtlSeconds).toISOString()}::timestamptz`
  const codeExpiresAt = sql`${secondsAfter(ctx.now, ctx.policy.codeTtlSeconds).toISOString()}::timestamptz`
  return sql`
    with answers as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as a(
        id uuid, status text, reason text, audit text, owner uuid, recipient text, recipient_name text,
        token_hash text, code_hash text, account_state text
      )
    ),
    tokens as (
      insert into password_reset_tokens
        (id, user_id, token_hash, code_hash, account_state, created_at, expires_at, code_expires_at)
      select id, owner, decode(a.token_hash, 'hex'), decode(a.code_hash, 'hex'), decode(a.account_state, 'hex'),
        o.created_at, ${expiresAt}, ${codeExpiresAt}
      from answers a join mail_outbox o using (id) where a.token_hash is not null
    ),
    noted as (
      insert into security_events (user_id, kind, request_id, device, created_at)
      select owner, audit, o.request_id, o.device, o.created_at
      from answers a join mail_outbox o using (id) where audit is not null
    )
    update mail_outbox o set identifier = null, status = coalesce(a.status, o.status), reason = a.reason,
      lease_expires_at = case when a.status is null then o.lease_expires_at end,
      user_id = case when a.token_hash is null then o.user_id else a.owner end,
      recipient = a.recipient, recipient_name = a.recipient_name,
      composed_at = case when a.token_hash is not null then ${now}::timestamptz end,
      expires_at = case when a.token_hash is not null then ${expiresAt} end
    from answers a where o.id = a.id`
}

/**
 * Who is behind the requests that nobody has answered yet: by address, by username, or (somebody signed in)
 * by id, each by its index.
 */
function findAccounts(asked: AskedRow[]) {
  const wanted = JSON.stringify(asked.map(({ id, identifier, userId }) => ({ id, identifier, user_id: userId })))
  return sql`
    with asked as materialized (
      select asked.* from jsonb_to_recordset(${wanted}::jsonb) as asked(id uuid, identifier text, user_id uuid)
        join mail_outbox o using (id)
      where o.composed_at is null and o.status in ('queued', 'sending')
    ),
    matched as (
      select asked.id as request_id, u.id from asked join users u on u.id = asked.user_id
      union all
      select asked.id, u.id from asked join users u on lower(u.email collate "C") = asked.identifier
        where asked.user_id is null and position('@' in asked.identifier) > 0
      union all
      select asked.id, u.id from asked join users u on lower(u.username collate "C") = asked.identifier
        where asked.user_id is null and position('@' in asked.identifier) = 0
    )
    select asked.id as "requestId", u.id as "userId", u.email, u.full_name as "fullName",
      ${accountState} as "accountState",
      (select max(t.created_at) from password_reset_tokens t where t.user_id = u.id) as "lastMailedAt",
      exists (
        select from mail_problems p where p.user_id = u.id and lower(p.address) = lower(u.email)
      ) as undeliverable
    from asked left join matched on matched.request_id = asked.id
      left join users u on u.id = matched.id and u.deactivated_at is null`
}

/** What becomes of each request: one is answered an account at the most, the first asked, unless it is cooling down. */
function chooseAnswers(ctx: Pick<ComposeContext, 'policy' | 'now'>, asked: AskedRow[], found: Found[]): Answer[] {
  const byRequest = new Map(found.map((row) => [row.requestId, row]))
  const taken = new Set<string>()
  const answers: Answer[] = []
  for (const mail of asked) {
    const row = byRequest.get(mail.id)
    if (!row) continue // another worker has answered it meanwhile
    const account = row.userId ? row : null
    const answer = (status: Answer['status'], reason: string | null) => answers.push({ mail, account, status, reason })
    if (!account?.userId) {
      answer('ignored', 'no-account')
      continue
    }
    const coolUntil = account.lastMailedAt
      ? secondsAfter(new Date(account.lastMailedAt), ctx.policy.sendCooldownSeconds)
      : null
    const cooling = coolUntil && mail.createdAt < coolUntil && !mail.exemptFromCooldown
    if (taken.has(account.userId) || cooling) answer('ignored', 'asked-too-soon')
    else {
      taken.add(account.userId)
      if (account.undeliverable) answer('ignored', 'address-undeliverable')
      else answer(null, null)
    }
  }
  return answers
}

/** Renders every minted row of a batch, from what was written down when it was minted. */
async function renderMinted(ctx: ComposeContext, batch: ClaimedMail[]): Promise<Composed[]> {
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
    const mail = await renderPasswordReset({
      recipientName: row.name || null,
      link: await linkOf(ctx.appUrl, secret, { id, userId: row.userId, form: row.form, expiresAt: row.expiresAt }),
      code: codeOf(secret, id),
      linkMinutes: minutes(row.expiresAt),
      codeMinutes: minutes(row.codeExpiresAt),
      device: row.device,
      requestedAt: inWords(row.createdAt),
    })
    composed.push({ id, mail: { id, to: row.to, ...mail }, expiresAt: row.expiresAt })
  }
  return composed
}

/** The secret of the ring that a row was minted with, so that a retry after a rotation mails the same bytes. */
export const secretBehind = (ring: SecretRing, row: { id: string; form: LinkForm; tokenHash: Buffer }) =>
  ring.find((secret) => sameBytes(digestOf(tokenOf(row.form, secret, row.id)), row.tokenHash))

/** Renders the mails that tell of a changed password; everything in them stands in their rows. */
export async function composeChangedMails(ctx: ComposeContext, batch: ClaimedMail[]): Promise<Composed[]> {
  const undeliverable = await ignoreUndeliverable(ctx, batch)
  const composed: Composed[] = []
  for (const row of batch) {
    if (!row.recipient || !row.expiresAt || undeliverable.has(row.id)) continue
    const mail = await renderPasswordChanged({
      recipientName: row.recipientName || null,
      changedAt: inWords(row.createdAt),
      device: row.device,
      notMeLink: `${ctx.appUrl}/not-me?token=${signedIdOf(ctx.secrets[0], 'not-me', row.id)}`,
    })
    composed.push({ id: row.id, mail: { id: row.id, to: row.recipient, ...mail }, expiresAt: row.expiresAt })
  }
  return composed
}

/** Settles the rows whose address is not to be mailed any more. */
async function ignoreUndeliverable(ctx: Pick<ComposeContext, 'db'>, batch: ClaimedMail[]): Promise<Set<string>> {
  const ids = batch.map((mail) => mail.id)
  const rows = await ctx.db
    .update(mailOutbox)
    .set({ status: 'ignored', reason: 'address-undeliverable', leaseExpiresAt: null })
    .from(mailProblems)
    .where(
      and(
        inArray(mailOutbox.id, ids),
        eq(mailOutbox.status, 'sending'),
        eq(mailProblems.userId, mailOutbox.userId),
        sql`lower(${mailProblems.address}) = lower(${mailOutbox.recipient})`,
      ),
    )
    .returning({ id: mailOutbox.id })
  return new Set(rows.map((row) => row.id))
}

const WORDS = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })

/** "20 November 2026 at 14:30 UTC": the reader's own zone is not known to a server. */
const inWords = (at: Date) => `${WORDS.format(at)} UTC`
