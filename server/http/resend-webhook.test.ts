import { randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { identifierSchema } from '@/server/core/schemas'
import { mailEvents, mailOutbox, users } from '@/server/db/schema'
import { claimBatch } from '@/server/mail/claim-batch'
import { settle } from '@/server/mail/settle'
import { findSuppression } from '@/server/mail/suppressions'
import { issueLink } from '@/server/recovery/issue-link'
import { resetPassword } from '@/server/recovery/reset-password'
import { OTHER_PASSWORD } from '@/server/testing/accounts'
import { createTestDatabase } from '@/server/testing/database'
import { tokenIn } from '@/server/testing/emails'
import { newWebhookSecret, signWebhook } from '@/server/testing/fake-resend-webhook'
import { APP_URL, createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { receiveResendEvent } from './resend-webhook'

const { db, url } = await createTestDatabase()
const secret = newWebhookSecret()

type Kind = 'delivered' | 'bounced' | 'complained' | 'failed' | 'suppressed'

const eventOf = (kind: Kind | 'opened', emailId: string, more: object = {}) =>
  JSON.stringify({ type: `email.${kind}`, created_at: '2026-11-20T14:30:00Z', data: { email_id: emailId, ...more } })

function requestOf(body: string, options: { id?: string; at?: Date; signedBody?: string; secret?: string } = {}) {
  const { id = `msg_${randomUUID()}`, at = new Date() } = options
  const headers = signWebhook(options.secret ?? secret, options.signedBody ?? body, { id, at })
  return new Request(`${APP_URL}/api/webhooks/resend`, { method: 'POST', body, headers })
}

/** A fixture with one mailed account, and the provider's word on that mail. */
async function mailedFixture() {
  const fixture = createRecoveryFixture(db)
  const account = await fixture.account()
  await fixture.mailedLink(account)
  const row = async () => (await fixture.outbox())[0] as typeof mailOutbox.$inferSelect
  const { providerId } = await row()
  const receive = (request: Request) => receiveResendEvent({ db, now: fixture.clock.now(), secret }, request)
  return {
    fixture,
    account,
    row,
    receive,
    providerId: providerId as string,
    say: (kind: Kind, more?: object, id?: string) =>
      receive(requestOf(eventOf(kind, providerId as string, more), { id })),
    problem: () => findSuppression({ db }, account.id),
  }
}

describe('a webhook', () => {
  it.each([
    ['without a signature', () => new Request(APP_URL, { method: 'POST', body: eventOf('bounced', 'x') })],
    ['with another secret', (body: string) => requestOf(body, { secret: newWebhookSecret() })],
    ['with a byte more than was signed', (body: string) => requestOf(`${body} `, { signedBody: body })],
    ['with a byte changed', (body: string) => requestOf(body.replace('bounced', 'bouncee'), { signedBody: body })],
    ['older than five minutes', (body: string) => requestOf(body, { at: new Date(Date.now() - 301_000) })],
    ['more than five minutes ahead', (body: string) => requestOf(body, { at: new Date(Date.now() + 302_000) })],
    ['that is no JSON', () => requestOf('{')],
  ])('%s is refused and changes nothing', async (_, make) => {
    const { receive, row, providerId } = await mailedFixture()
    expect((await receive(make(eventOf('bounced', providerId)))).status).toBe(400)
    expect((await row()).status).toBe('sent')
    expect(await db.select().from(mailEvents).where(eq(mailEvents.providerId, providerId))).toEqual([])
  })

  it("under somebody else's id is refused: the id is signed too", async () => {
    const { receive, row, providerId } = await mailedFixture()
    const signed = requestOf(eventOf('bounced', providerId))
    const headers = new Headers(signed.headers)
    headers.set('svix-id', 'msg_another')
    expect((await receive(new Request(signed, { headers }))).status).toBe(400)
    expect((await row()).status).toBe('sent')
  })

  it('of more than 16 KiB is not read', async () => {
    const { receive, providerId } = await mailedFixture()
    expect((await receive(requestOf(eventOf('bounced', providerId, { more: 'x'.repeat(17_000) })))).status).toBe(413)
  })

  it('from four minutes ago is taken', async () => {
    const { receive, row, providerId } = await mailedFixture()
    const late = requestOf(eventOf('delivered', providerId), { at: new Date(Date.now() - 240_000) })
    expect((await receive(late)).status).toBe(200)
    expect((await row()).status).toBe('delivered')
  })

  it.each([
    ['of a kind that is of no use here', (id: string) => eventOf('opened', id)],
    ['about a mail of somebody else', () => eventOf('bounced', randomUUID())],
    ['without a mail', () => JSON.stringify({ type: 'email.bounced', data: {} })],
    ['that is null', () => 'null'],
  ])('%s is taken and changes nothing', async (_, body) => {
    const { receive, row, providerId } = await mailedFixture()
    expect((await receive(requestOf(body(providerId)))).status).toBe(200)
    expect((await row()).status).toBe('sent')
  })
})

describe('an event', () => {
  it.each<[Kind, string, string[], 'bounced' | 'complained' | null]>([
    ['delivered', 'delivered', [], null],
    ['failed', 'failed', ['mail-bounced'], null],
    ['suppressed', 'failed', ['mail-bounced'], 'bounced'],
    ['bounced', 'bounced', ['mail-bounced'], 'bounced'],
    ['complained', 'bounced', ['mail-complained'], 'complained'],
  ])('%s moves its mail to %s and writes %j', async (kind, status, events, problem) => {
    const { fixture, account, row, say, problem: find } = await mailedFixture()
    fixture.clock.advance(1)
    expect((await say(kind)).status).toBe(200)
    expect((await row()).status).toBe(status)
    const noted = await fixture.eventsOf(account)
    expect(noted.filter((one) => one.startsWith('mail-'))).toEqual(events)
    expect((await find())?.kind ?? null).toBe(problem)
  })

  it('keeps what the mail server said, without the address in it', async () => {
    const { row, say } = await mailedFixture()
    await say('bounced', {
      bounce: { type: 'Permanent', subType: 'General', message: '550 <ada@example.com>: unknown\r\nuser' },
    })
    expect((await row()).reason).toBe('bounced: 550 <<address>>: unknown user')
  })

  it('that comes again under its id counts once', async () => {
    const { fixture, account, row, say } = await mailedFixture()
    for (const _ of [1, 2, 3]) expect((await say('bounced', {}, 'msg_once')).status).toBe(200)
    expect((await row()).status).toBe('bounced')
    expect((await fixture.eventsOf(account)).filter((kind) => kind === 'mail-bounced')).toHaveLength(1)
  })

  const orders: Kind[][] = [
    ['delivered', 'bounced'],
    ['bounced', 'delivered'],
    ['complained', 'delivered'],
    ['delivered', 'complained', 'delivered'],
    ['bounced', 'failed', 'delivered'],
  ]
  it.each(orders)('in the order %s, %s, never moves a mail back', async (...kinds) => {
    const { row, say } = await mailedFixture()
    for (const kind of kinds.filter(Boolean)) await say(kind)
    expect((await row()).status).toBe('bounced')
  })

  it('in many orders at once ends in the same state', async () => {
    const { fixture, account, row, say } = await mailedFixture()
    const kinds = Array.from({ length: 4 }, () => ['delivered', 'bounced', 'failed'] as const).flat()
    await Promise.all(kinds.map((kind) => say(kind)))
    expect((await row()).status).toBe('bounced')
    const bounces = (await fixture.eventsOf(account)).filter((kind) => kind === 'mail-bounced')
    expect(bounces.length).toBeLessThanOrEqual(2) // failed first, then bounced: both are news
  })

  it("that overtakes the note of its mail's acceptance is not lost", async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    await fixture.request(account.email)
    const batch = await claimBatch(db, fixture.clock.now(), randomUUID())
    const id = batch?.emails[0]?.id as string
    await db.update(mailOutbox).set({ recipient: account.email, userId: account.id }).where(eq(mailOutbox.id, id))
    const providerId = randomUUID()
    const ctx = { db, now: fixture.clock.now(), secret }
    await receiveResendEvent(ctx, requestOf(eventOf('bounced', providerId)))
    await settle(db, fixture.clock.now(), [{ id, status: 'sent', providerId, reason: null }])
    expect(await fixture.outbox()).toMatchObject([{ status: 'bounced' }])
    expect(await findSuppression({ db }, account.id)).toMatchObject({ kind: 'bounced' })
  })
})

describe('an address that bounced or complained', () => {
  it.each(['bounced', 'complained', 'suppressed'] as const)(
    '(%s) is not mailed again, and a stranger sees no difference',
    async (kind) => {
      const { fixture, account, say } = await mailedFixture()
      await say(kind)
      fixture.clock.advance(120)
      const before = fixture.mailbox.accepted.length
      const answer = await fixture.request(account.email)
      const other = await fixture.request('nobody@example.com')
      expect(Object.keys(answer)).toEqual(Object.keys(other))
      await fixture.deliver()
      expect(fixture.mailbox.accepted).toHaveLength(before)
      const [row] = await db.select().from(mailOutbox).where(eq(mailOutbox.id, answer.id))
      expect(row).toMatchObject({ status: 'ignored', reason: 'address-undeliverable', identifier: null })
    },
  )

  it('is mailed again once the account has another', async () => {
    const { fixture, account, say, problem } = await mailedFixture()
    await say('bounced')
    expect(await problem()).toEqual({ kind: 'bounced', since: fixture.clock.now() })
    const email = `new-${account.email}`
    await db.update(users).set({ email }).where(eq(users.id, account.id))
    expect(await problem()).toBeNull()
    fixture.clock.advance(120)
    await fixture.request(email)
    await fixture.deliver()
    expect(fixture.mailbox.to(email)).toHaveLength(1)
  })

  it('stays so when only the case of its letters changes', async () => {
    const { account, say, problem } = await mailedFixture()
    await say('bounced')
    await db.update(users).set({ email: account.email.toUpperCase() }).where(eq(users.id, account.id))
    expect(await problem()).toMatchObject({ kind: 'bounced' })
  })

  it('is still mailed after a bounce that may pass', async () => {
    const { fixture, account, row, say, problem } = await mailedFixture()
    await say('bounced', { bounce: { type: 'Transient', subType: 'MailboxFull', message: 'mailbox full' } })
    expect((await row()).status).toBe('bounced')
    expect(await problem()).toBeNull()
    fixture.clock.advance(120)
    await fixture.request(account.email)
    await fixture.deliver()
    expect(fixture.mailbox.to(account.email)).toHaveLength(2)
  })

  it('is not told of a changed password either; the audit has it', async () => {
    const { fixture, account, say } = await mailedFixture()
    const token = tokenIn(fixture.mailbox.to(account.email)[0])
    await say('complained')
    await resetPassword(fixture.ctx(), { secret: { kind: 'link', token }, password: OTHER_PASSWORD })
    await fixture.deliver()
    expect(fixture.mailbox.to(account.email)).toHaveLength(1)
    expect((await fixture.outbox()).at(-1)).toMatchObject({ kind: 'password-changed', status: 'ignored' })
    expect(await fixture.eventsOf(account)).toContain('password-changed')
  })

  it('does not keep a trusted back end from the link', async () => {
    const { fixture, account, say } = await mailedFixture()
    await say('bounced')
    fixture.clock.advance(120)
    const asked = { account: identifierSchema.parse(account.email), form: 'v1' as const, appUrl: APP_URL }
    expect((await issueLink(fixture.ctx(), asked)).link).toContain(APP_URL)
    await fixture.deliver()
    expect(fixture.mailbox.to(account.email)).toHaveLength(1)
  })

  it('of one account is nothing to another', async () => {
    const { fixture, say } = await mailedFixture()
    await say('bounced')
    const other = await fixture.account()
    await fixture.request(other.email)
    await fixture.deliver()
    expect(fixture.mailbox.to(other.email)).toHaveLength(1)
  })
})

describe('the route', () => {
  afterEach(() => {
    vi.unstubAllEnvs()
    vi.resetModules()
  })
  const load = async (variables: Record<string, string>) => {
    const all = {
      EMBEDDED_DATABASE: '1',
      DATABASE_URL: url,
      APP_SECRET: 'x'.repeat(32),
      LOG_LEVEL: 'silent',
      ...variables,
    }
    for (const [name, value] of Object.entries(all)) vi.stubEnv(name, value)
    vi.resetModules()
    return (await import('@/app/api/webhooks/resend/route')).POST
  }

  it('is not there unless RESEND_WEBHOOK_SECRET is set', async () => {
    const post = await load({ RESEND_WEBHOOK_SECRET: '' })
    expect((await post(requestOf(eventOf('delivered', 'x')))).status).toBe(404)
  })

  it('takes what that secret has signed', async () => {
    const post = await load({ RESEND_WEBHOOK_SECRET: secret })
    const { providerId, row } = await mailedFixture()
    expect((await post(requestOf(eventOf('delivered', providerId)))).status).toBe(200)
    expect((await row()).status).toBe('delivered')
  })
})
