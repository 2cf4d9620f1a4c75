import { and, eq, inArray } from 'drizzle-orm'
import { type RecoveryContext, secondsAfter } from '@/server/core/context'
import { codeOf, seedOf, stopEmailsTokenOf } from '@/server/core/secrets'
import { mailOutbox, passwordResetTokens } from '@/server/db/schema'
import type { Locale } from '@/server/language/languages'
import type { Composed } from '@/server/mail/emails'
import type { ClaimedEmail } from '@/server/mail/outbox'
import type { EmailBrand } from '@/server/mail/templates/email-brand'
import { emailLocale } from '@/server/mail/templates/email-locale'
import { renderPasswordReset } from '@/server/mail/templates/password-reset'
import { renderSignInVia } from '@/server/mail/templates/sign-in-via'
import { linkOf, secretOf } from './link-forms'
import { mintRequests } from './mint-requests'

/** What the mail worker's part of a recovery needs. */
export interface ComposeContext extends Pick<RecoveryContext, 'db' | 'now' | 'policy' | 'secrets'> {
  /** The origin of every link. */
  appUrl: string
  brand: EmailBrand
  /** The language for readers whose language is unknown or has no catalogue. */
  defaultLocale: Locale
}

/**
 * Composes the reset emails of a claimed batch: mints its new requests, and renders those that were minted. A batch
 * that is claimed again is rendered to the same bytes. A request that waited for as long as a link lives fails.
 * @returns an email or a failure for each request; requests that `mintRequests` ignored are left out
 */
export async function composeResetEmails(ctx: ComposeContext, batch: ClaimedEmail[]): Promise<Composed[]> {
  const unprocessed = batch.filter((request) => request.composedAt === null)
  // After a long outage, the person has given up or requested another email.
  const stale = unprocessed.filter(({ createdAt }) => secondsAfter(createdAt, ctx.policy.linkTtlSeconds) <= ctx.now)
  const fresh = unprocessed.filter((request) => !stale.includes(request))
  if (fresh.length > 0) await mintRequests(ctx, fresh)
  const failed = stale.map(({ id }) => ({ id, failed: 'not sent in time: the request is too old' }))
  return [...failed, ...(await renderMinted(ctx, batch))]
}

type MintedRow = Awaited<ReturnType<typeof readMinted>>[number]

/** Renders every minted request of a batch, in the batch's order, from what minting wrote down. */
async function renderMinted(ctx: ComposeContext, batch: ClaimedEmail[]): Promise<Composed[]> {
  const ids = batch.map((request) => request.id)
  const minted = new Map((await readMinted(ctx, ids)).map((row) => [row.id, row]))
  const rows = ids.flatMap((id) => minted.get(id) ?? [])
  const composed: Composed[] = []
  for (const row of rows) composed.push(...(await renderRow(ctx, row)))
  return composed
}

/** Reads the minted requests among these that are still to be sent. */
const readMinted = (ctx: ComposeContext, ids: string[]) =>
  ctx.db
    .select({
      id: mailOutbox.id,
      to: mailOutbox.recipient,
      name: mailOutbox.recipientName,
      username: mailOutbox.recipientUsername,
      signInVia: mailOutbox.signInVia,
      device: mailOutbox.device,
      accountLocale: mailOutbox.accountLocale,
      requestedLocale: mailOutbox.requestedLocale,
      expiresAt: mailOutbox.expiresAt,
      createdAt: mailOutbox.createdAt,
      composedAt: mailOutbox.composedAt,
      form: mailOutbox.form,
      accountId: passwordResetTokens.accountId,
      seed: passwordResetTokens.seed,
      tokenHash: passwordResetTokens.tokenHash,
      codeExpiresAt: passwordResetTokens.codeExpiresAt,
    })
    .from(mailOutbox)
    .innerJoin(passwordResetTokens, eq(passwordResetTokens.id, mailOutbox.id))
    .where(and(inArray(mailOutbox.id, ids), eq(mailOutbox.status, 'sending')))

async function renderRow(ctx: ComposeContext, row: MintedRow): Promise<Composed[]> {
  const { id, to, expiresAt, composedAt } = row
  if (!to || !expiresAt || !composedAt) return []
  const shared = {
    locale: emailLocale(row, ctx.defaultLocale),
    brand: ctx.brand,
    recipientName: row.name || null,
    username: row.username || null,
    device: row.device,
    requestedAt: row.createdAt,
  }
  if (row.signInVia) {
    const email = await renderSignInVia({ ...shared, provider: row.signInVia })
    return [{ id, email: { id, to, ...email }, expiresAt }]
  }
  const secret = secretOf(ctx.secrets, row)
  if (!secret) return [{ id, failed: 'APP_SECRET no longer holds the secret that this email was made with' }]
  const minutesUntil = (end: Date) => Math.round((end.getTime() - composedAt.getTime()) / 60_000)
  const email = await renderPasswordReset({
    ...shared,
    link: await linkOf(ctx.appUrl, secret, { ...row, expiresAt }),
    code: row.codeExpiresAt && codeOf(secret, seedOf(row)),
    linkMinutes: minutesUntil(expiresAt),
    isLast: expiresAt > secondsAfter(composedAt, ctx.policy.linkTtlSeconds),
    stopLink: row.seed && `${ctx.appUrl}/stop-emails?token=${stopEmailsTokenOf(secret, id, row.seed)}`,
    codeMinutes: row.codeExpiresAt && minutesUntil(row.codeExpiresAt),
  })
  return [{ id, email: { id, to, ...email }, expiresAt }]
}
