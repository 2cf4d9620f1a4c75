import { sql } from 'drizzle-orm'
import { beforeEach, describe, expect, it } from 'vitest'
import { identifierSchema } from '@/server/core/schemas'
import { type EventType, eventOutbox, mailOutbox, passwordResetTokens } from '@/server/db/schema'
import { type MailEvent, recordMailEvent } from '@/server/mail/mail-events'
import { resetPassword } from '@/server/recovery/reset-password'
import { secureAccount } from '@/server/recovery/secure-account'
import { verifyCode } from '@/server/recovery/verify-code'
import { OTHER_PASSWORD, storedHash, type TestAccount } from '@/server/testing/accounts'
import { createRecordedDatabase, createTestDatabase } from '@/server/testing/database'
import { codeIn, tokenIn } from '@/server/testing/emails'
import { createEventFixture } from '@/server/testing/event-fixture'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { refusalOf } from '@/server/testing/refusal'

const { db, url } = await createTestDatabase()
beforeEach(() => db.delete(eventOutbox))

type Fixture = ReturnType<typeof createRecoveryFixture>

async function changePassword(fixture: Fixture, account: TestAccount) {
  const secret = await fixture.mailedLink(account)
  await resetPassword(fixture.ctx(), { secret, password: OTHER_PASSWORD })
}

async function secure(fixture: Fixture, account: TestAccount) {
  await changePassword(fixture, account)
  await fixture.deliver()
  await secureAccount(fixture.ctx(), { token: tokenIn(fixture.mailbox.to(account.email).at(-1)) })
}

const enterWrongCodes = async (fixture: Fixture, typed: string, count: number) => {
  for (let n = 0; n < count; n++)
    await refusalOf(verifyCode(fixture.ctx(), { account: identifierSchema.parse(typed), code: 'wrong!' }))
}

/** The provider reports what happened to the account's email. */
async function reportEmail(fixture: Fixture, account: TestAccount, event: Pick<MailEvent, 'type' | 'permanent'>) {
  const email = await fixture.mailed(account)
  const providerId = `memory-${email?.id}`
  const { sendEvents } = fixture.policy
  await recordMailEvent(db, fixture.clock.now(), { id: providerId, providerId, reason: null, ...event }, sendEvents)
}

type Cause = (fixture: Fixture, account: TestAccount) => Promise<unknown>
const CAUSES: [type: EventType, what: string, further: Record<string, unknown>, cause: Cause][] = [
  ['password.changed', 'a reset', {}, changePassword],
  ['account.secured', '"this wasn\'t me"', {}, secure],
  ['code.blocked', 'three wrong codes', {}, (fixture, { email }) => enterWrongCodes(fixture, email, 3)],
  [
    'email.bounced',
    'a bounce',
    { suppressed: true },
    (fixture, account) => reportEmail(fixture, account, { type: 'bounced', permanent: true }),
  ],
  [
    'email.bounced',
    'a bounce that may pass',
    { suppressed: false },
    (fixture, account) => reportEmail(fixture, account, { type: 'bounced', permanent: false }),
  ],
  [
    'email.complained',
    'a complaint',
    { suppressed: true },
    (fixture, account) => reportEmail(fixture, account, { type: 'complained', permanent: true }),
  ],
]

describe.each(CAUSES)('%s, caused by %s', (type, _, further, cause) => {
  it('reaches the application, signed, with the account and the request', async () => {
    const { fixture, receiver, deliver } = await createEventFixture(db)
    const account = await fixture.account()
    await cause(fixture, account)
    await deliver()
    const events = receiver.events().filter((event) => event.type === type)
    expect(events).toEqual([
      {
        type,
        timestamp: fixture.clock.now().toISOString(),
        data: { account_id: account.id, request_id: fixture.ctx().requester.requestId, ...further },
      },
    ])
    expect(receiver.calls.every(({ headers }) => headers['content-type'] === 'application/json')).toBe(true)
  })

  it('holds no secret, no address and no name', async () => {
    const { fixture, receiver, deliver, lines } = await createEventFixture(db)
    const account = await fixture.account()
    await cause(fixture, account)
    await deliver()
    const emails = fixture.mailbox.to(account.email)
    const secrets = emails.flatMap((email) => [tokenIn(email), ...(/^\d{6}$/m.test(email.text) ? [codeIn(email)] : [])])
    const hash = await storedHash(db, account)
    const tokens = await db.select().from(passwordResetTokens).where(sql`account_id = ${account.id}`)
    const digests = tokens.flatMap((token) => [token.tokenHash.toString('hex'), token.id])
    const { email, username, fullName } = account
    const personal = [email, username, fullName, OTHER_PASSWORD, hash ?? '', ...secrets, ...digests]
    const sent = receiver.calls.map((call) => JSON.stringify([call.headers, call.body])).join()
    expect(receiver.calls).not.toEqual([])
    for (const text of personal) expect(sent).not.toContain(text)
    expect(lines.join()).not.toContain(receiver.url)
  })

  it('is not queued without EVENTS_URL', async () => {
    const fixture = createRecoveryFixture(db)
    await cause(fixture, await fixture.account())
    expect(await db.select().from(eventOutbox)).toEqual([])
  })
})

describe('an event of the provider', () => {
  it('that arrives before the email is recorded as sent reaches the application once', async () => {
    const { fixture, receiver, deliver } = await createEventFixture(db)
    const account = await fixture.account()
    const event = { id: 'early', type: 'bounced', permanent: true, reason: null } as const
    const transport: typeof fixture.mailbox.transport = {
      async send(emails, key, signal) {
        const providerId = `memory-${emails[0]?.id}`
        await recordMailEvent(db, fixture.clock.now(), { ...event, providerId }, true)
        return fixture.mailbox.transport.send(emails, key, signal)
      },
    }
    await fixture.request(account.email)
    await fixture.worker(transport, { sendEvents: true }).drain()
    await deliver()
    expect(receiver.events()).toMatchObject([{ type: 'email.bounced', data: { account_id: account.id } }])
  })
})

describe('redeeming', () => {
  it('takes two statements with events and without', async () => {
    const recorded = createRecordedDatabase(url)
    const { fixture } = await createEventFixture(db)
    for (const sendEvents of [true, false]) {
      const secret = await fixture.mailedLink(await fixture.account())
      recorded.statements.length = 0
      const policy = { ...fixture.policy, sendEvents }
      await resetPassword(fixture.ctx({ db: recorded.db, policy }), { secret, password: OTHER_PASSWORD })
      expect(recorded.statements).toHaveLength(2)
    }
    await recorded.close()
  })

  it('changes nothing if the event cannot be queued', async () => {
    const { fixture, rows } = await createEventFixture(db)
    const account = await fixture.account()
    const secret = await fixture.mailedLink(account)
    const reset = () => resetPassword(fixture.ctx(), { secret, password: OTHER_PASSWORD })
    await db.execute(sql`alter table latchkey.event_outbox add constraint full_disk check (false) not valid`)
    await expect(reset()).rejects.toThrow(/full_disk/)
    await db.execute(sql`alter table latchkey.event_outbox drop constraint full_disk`)
    expect(await storedHash(db, account)).toBe(account.passwordHash)
    await reset()
    expect(await rows()).toHaveLength(1)
    expect(
      await db.select().from(mailOutbox).where(sql`kind = 'password-changed' and account_id = ${account.id}`),
    ).toHaveLength(1)
  })
})

describe('code.blocked', () => {
  it('takes the same statements and rows for known and unknown accounts', async () => {
    const recorded = createRecordedDatabase(url)
    const { fixture } = await createEventFixture(db)
    const account = await fixture.account()
    await fixture.mailedCode(account)
    const observed = []
    for (const typed of [account.email, 'unknown@example.com']) {
      await db.delete(eventOutbox)
      const stranger = createRecoveryFixture(recorded.db, { policy: { sendEvents: true } })
      recorded.statements.length = 0
      await enterWrongCodes(stranger, typed, 4)
      const rows = await db.select({ type: eventOutbox.type, status: eventOutbox.status }).from(eventOutbox)
      observed.push({ statements: [...recorded.statements], rows })
    }
    await recorded.close()
    expect(observed[0]?.rows).toEqual([{ type: 'code.blocked', status: 'queued' }])
    expect(observed[1]).toEqual(observed[0])
  })

  it('is never sent for an unknown account', async () => {
    const { fixture, receiver, deliver, rows } = await createEventFixture(db)
    await enterWrongCodes(fixture, 'stranger@example.com', 3)
    await deliver()
    expect(receiver.calls).toEqual([])
    expect(await rows()).toMatchObject([{ accountId: null, status: 'ignored', attempts: 0 }])
  })
})
