import { randomUUID } from 'node:crypto'
import { asc, eq } from 'drizzle-orm'
import type { RecoveryContext, RecoveryPolicy } from '@/server/core/context'
import { identifierSchema } from '@/server/core/schemas'
import type { SecretRing } from '@/server/core/secrets'
import type { Database } from '@/server/db/client'
import * as schema from '@/server/db/schema'
import type { DeliveryOptions } from '@/server/mail/delivery'
import type { MailTransport } from '@/server/mail/transport'
import { createMailWorker } from '@/server/mail/worker'
import { composeChangedEmails } from '@/server/recovery/compose-changed-emails'
import { composeResetEmails } from '@/server/recovery/compose-reset-emails'
import { requestReset } from '@/server/recovery/request-reset'
import { addTestAccount } from './accounts'
import { newClientNetworks } from './client-address'
import { createClock } from './clock'
import { EMAIL_SETTINGS } from './email-settings'
import { codeIn, createMemoryTransport, tokenIn } from './emails'
import { createLogCapture } from './log-capture'

export const { appUrl: APP_URL } = EMAIL_SETTINGS

/** Everything a recovery test needs on one database: a clock, contexts, accounts, a mail worker and a mailbox. */
export function createRecoveryFixture(
  db: Database,
  given: { policy?: Partial<RecoveryPolicy>; secrets?: SecretRing } = {},
) {
  const clock = createClock()
  const mailbox = createMemoryTransport()
  const { log, lines } = createLogCapture()
  const requester = { networks: newClientNetworks(), device: 'Firefox on Windows', requestId: randomUUID() }
  const policy: RecoveryPolicy = {
    disclosure: 'conceal',
    sendCooldownSeconds: 60,
    linkTtlSeconds: 3600,
    codeTtlSeconds: 600,
    grantTtlSeconds: 300,
    passwordMinLength: 8,
    passwordHash: 'argon2id',
    rateLimitScale: 1,
    sendEvents: false,
    ...given.policy,
  }
  const fixture = {
    db,
    clock,
    mailbox,
    log,
    logLines: lines,
    policy,
    secrets: given.secrets ?? (['the application secret of these tests'] as SecretRing),

    /** The context that a verb is called with at the clock's current time. */
    ctx: (given: Partial<RecoveryContext> = {}): RecoveryContext => ({
      db,
      now: clock.now(),
      requester,
      policy,
      secrets: fixture.secrets,
      wakeMailWorker() {},
      ...given,
    }),

    account: (given?: Parameters<typeof addTestAccount>[1]) => addTestAccount(db, given),

    worker(transport: MailTransport = mailbox.transport, over: Partial<DeliveryOptions> = {}) {
      const context = (now: Date) => ({ db, now, policy, secrets: fixture.secrets, ...EMAIL_SETTINGS })
      return createMailWorker({
        db,
        transport,
        composers: {
          'password-reset': (batch, now) => composeResetEmails(context(now), batch),
          'password-changed': (batch, now) => composeChangedEmails(context(now), batch),
        },
        log,
        sendEvents: policy.sendEvents,
        now: clock.now,
        timing: { gather: 0 },
        ...over,
      })
    },

    /** The outbox rows of this fixture's requests, oldest first. */
    outbox: () =>
      db
        .select()
        .from(schema.mailOutbox)
        .where(eq(schema.mailOutbox.requestId, requester.requestId))
        .orderBy(asc(schema.mailOutbox.createdAt)),

    /** The kinds of an account's audit events, sorted by name: events of the same instant have no order. */
    async eventsOf(account: { id: string }) {
      const { kind, accountId } = schema.securityEvents
      const rows = await db.select({ kind }).from(schema.securityEvents).where(eq(accountId, account.id))
      return rows.map((row) => row.kind).sort()
    },

    /** Sends all emails that are due. */
    deliver: () => fixture.worker().drain(),

    /** Requests a reset for what a person types. */
    request: (typed: string, over?: Partial<RecoveryContext>) =>
      requestReset(fixture.ctx(over), { account: identifierSchema.parse(typed) }),

    /** Requests a reset, sends it, and returns the newest email to the account. */
    async mailed(account: { email: string }) {
      await fixture.request(account.email)
      await fixture.deliver()
      return mailbox.to(account.email).at(-1)
    },

    mailedLink: async (account: { email: string }) => ({
      kind: 'link' as const,
      token: tokenIn(await fixture.mailed(account)),
    }),

    mailedCode: async (account: { email: string }) => codeIn(await fixture.mailed(account)),
  }
  return fixture
}
