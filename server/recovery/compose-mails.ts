import { and, eq, inArray, isNull, sql } from 'drizzle-orm'
import { type LinkForm, mailOutbox, passwordResetTokens, securityEvents } from '@/server/db/schema'
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
  userId: string
  email: string
  fullName: string
  accountState: Buffer
  lastMailedAt: string | null
}

/**
 * Answers a claimed batch of requests: finds their accounts in one look-up, makes each account's new
 * request the only live one, and renders its mail; a request with nobody behind it, or too soon after the
 * last, is marked `ignored` and what was typed is blanked. A batch claimed again is only rendered again.
 */
export async function composeResetMails(ctx: ComposeContext, batch: ClaimedMail[]): Promise<Composed[]> {
  const fresh = batch.filter((mail) => mail.composedAt === null)
  if (fresh.length > 0) await mintRequests(ctx, fresh)
  return renderMinted(ctx, batch)
}

/**
 * Makes the tokens of requests whose mails are not composed yet, and settles those that get none.
 * Safe to run from several workers at once.
 */
export async function mintRequests(ctx: Omit<ComposeContext, 'appUrl'>, asked: AskedRow[]): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${MINTING_LOCK})`)
    const found = (await tx.execute(findAccounts(asked))) as unknown as Found[]
    const answered = chooseAnswered(ctx, asked, found)
    const ids = [...answered.keys()]
    const expiresAt = secondsAfter(ctx.now, ctx.policy.linkTtlSeconds)

    if (ids.length > 0) {
      const accounts = [...answered.values()]
      await tx
        .update(passwordResetTokens)
        .set({ supersededAt: ctx.now })
        .where(
          and(
            inArray(
              passwordResetTokens.userId,
              accounts.map((account) => account.userId),
            ),
            isNull(passwordResetTokens.usedAt),
            isNull(passwordResetTokens.supersededAt),
          ),
        )
      const [secret] = ctx.secrets
      await tx.insert(passwordResetTokens).values(
        asked.flatMap((mail) => {
          const account = answered.get(mail.id)
          if (!account) return []
          return {
            id: mail.id,
            userId: account.userId,
            tokenHash: digestOf(tokenOf(mail.form, secret, mail.id)),
            codeHash: codeDigestOf(secret, mail.id, codeOf(secret, mail.id)),
            accountState: account.accountState,
            createdAt: mail.createdAt,
            expiresAt,
            codeExpiresAt: secondsAfter(ctx.now, ctx.policy.codeTtlSeconds),
          }
        }),
      )
      for (const [id, account] of answered) {
        await tx
          .update(mailOutbox)
          .set({
            userId: account.userId,
            recipient: account.email,
            recipientName: account.fullName,
            identifier: null,
            composedAt: ctx.now,
            expiresAt,
          })
          .where(eq(mailOutbox.id, id))
      }
    }

    const known = new Set(found.map((account) => account.requestId))
    for (const [reason, rows] of [
      ['no-account', asked.filter((mail) => !known.has(mail.id))],
      ['asked-too-soon', asked.filter((mail) => known.has(mail.id) && !answered.has(mail.id))],
    ] as const) {
      if (rows.length === 0) continue
      await tx
        .update(mailOutbox)
        .set({ status: 'ignored', reason, identifier: null, leaseExpiresAt: null })
        .where(
          inArray(
            mailOutbox.id,
            rows.map((mail) => mail.id),
          ),
        )
    }

    const events = found.map((account) => {
      const mail = asked.find((row) => row.id === account.requestId) as AskedRow
      const kind = answered.has(mail.id) ? ('reset-requested' as const) : ('reset-refused' as const)
      return { userId: account.userId, kind, requestId: mail.requestId, device: mail.device, createdAt: mail.createdAt }
    })
    if (events.length > 0) await tx.insert(securityEvents).values(events)
  })
}

/** Which accounts were asked for: by address, by username, or (somebody signed in) by id, each by its index. */
function findAccounts(asked: AskedRow[]) {
  const wanted = JSON.stringify(asked.map(({ id, identifier, userId }) => ({ id, identifier, user_id: userId })))
  return sql`
    with asked as materialized (
      select * from jsonb_to_recordset(${wanted}::jsonb) as asked(id uuid, identifier text, user_id uuid)
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
    select matched.request_id as "requestId", u.id as "userId", u.email, u.full_name as "fullName",
      ${accountState} as "accountState",
      (select max(t.created_at) from password_reset_tokens t where t.user_id = u.id) as "lastMailedAt"
    from matched join users u on u.id = matched.id
    where u.deactivated_at is null`
}

/** The requests to answer, one an account at the most: the first asked, unless its account is cooling down. */
function chooseAnswered(ctx: Pick<ComposeContext, 'policy'>, asked: AskedRow[], found: Found[]): Map<string, Found> {
  const byRequest = new Map(found.map((account) => [account.requestId, account]))
  const answered = new Map<string, Found>()
  const taken = new Set<string>()
  for (const mail of asked) {
    const account = byRequest.get(mail.id)
    if (!account || taken.has(account.userId)) continue
    const coolUntil = account.lastMailedAt
      ? secondsAfter(new Date(account.lastMailedAt), ctx.policy.sendCooldownSeconds)
      : null
    if (coolUntil && mail.createdAt < coolUntil && !mail.exemptFromCooldown) continue
    taken.add(account.userId)
    answered.set(mail.id, account)
  }
  return answered
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
    if (!row?.to || !row.expiresAt || !row.composedAt) continue
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
  const composed: Composed[] = []
  for (const row of batch) {
    if (!row.recipient || !row.expiresAt) continue
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

const WORDS = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })

/** "20 November 2026 at 14:30 UTC": the reader's own zone is not known to a server. */
const inWords = (at: Date) => `${WORDS.format(at)} UTC`
