import { randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { identifierSchema } from '@/server/core/schemas'
import { mailOutbox } from '@/server/db/schema'
import { claimBatch } from '@/server/mail/claim-batch'
import { settle } from '@/server/mail/settle'
import { findSuppression, unblockAddress } from '@/server/mail/suppressions'
import { issueLink } from '@/server/recovery/issue-link'
import { resetPassword } from '@/server/recovery/reset-password'
import { changeAccount, OTHER_PASSWORD } from '@/server/testing/accounts'
import { createTestDatabase } from '@/server/testing/database'
import { tokenIn } from '@/server/testing/emails'
import { APP_URL, createRecoveryFixture } from '@/server/testing/recovery-fixture'
import {
  createResendEventFixture,
  type EventKind,
  resendEvent,
  signedRequest,
  WEBHOOK_SECRET,
} from '@/server/testing/resend-events'
import { receiveResendEvent } from './resend-webhook'

const { db } = await createTestDatabase()

describe('an event', () => {
  it.each<[EventKind, string, string[], 'bounced' | 'complained' | null]>([
    ['delivered', 'delivered', [], null],
    ['failed', 'failed', ['mail-bounced'], null],
    ['suppressed', 'failed', ['mail-bounced'], 'bounced'],
    ['bounced', 'bounced', ['mail-bounced'], 'bounced'],
    ['complained', 'bounced', ['mail-complained'], 'complained'],
  ])('%s sets the email to %s and adds %j to the audit', async (kind, status, events, suppressedAs) => {
    const { fixture, account, row, report, suppression } = await createResendEventFixture(db)
    fixture.clock.advance(1)
    expect((await report(kind)).status).toBe(200)
    expect((await row()).status).toBe(status)
    const audited = await fixture.eventsOf(account)
    expect(audited.filter((one) => one.startsWith('mail-'))).toEqual(events)
    expect((await suppression())?.kind ?? null).toBe(suppressedAs)
  })

  it('stores the reason that the mail server gave, without the address in it', async () => {
    const { row, report } = await createResendEventFixture(db)
    await report('bounced', {
      bounce: { type: 'Permanent', subType: 'General', message: '550 <ada@example.com>: unknown\r\nuser' },
    })
    expect((await row()).reason).toBe('bounced: 550 <<address>>: unknown user')
  })

  it('that is delivered again with the same id counts once', async () => {
    const { fixture, account, row, report } = await createResendEventFixture(db)
    for (const _ of [1, 2, 3]) expect((await report('bounced', {}, 'msg_once')).status).toBe(200)
    expect((await row()).status).toBe('bounced')
    expect((await fixture.eventsOf(account)).filter((kind) => kind === 'mail-bounced')).toHaveLength(1)
  })

  const orders: EventKind[][] = [
    ['delivered', 'bounced'],
    ['bounced', 'delivered'],
    ['complained', 'delivered'],
    ['delivered', 'complained', 'delivered'],
    ['bounced', 'failed', 'delivered'],
  ]
  it.each(orders)('in the order %s, %s, never resets a later status', async (...kinds) => {
    const { row, report } = await createResendEventFixture(db)
    for (const kind of kinds.filter(Boolean)) await report(kind)
    expect((await row()).status).toBe('bounced')
  })

  it('ends in the same status when many arrive at once', async () => {
    const { fixture, account, row, report } = await createResendEventFixture(db)
    const kinds = Array.from({ length: 4 }, () => ['delivered', 'bounced', 'failed'] as const).flat()
    await Promise.all(kinds.map((kind) => report(kind)))
    expect((await row()).status).toBe('bounced')
    const bounces = (await fixture.eventsOf(account)).filter((kind) => kind === 'mail-bounced')
    expect(bounces.length).toBeLessThanOrEqual(2) // one for the failure, and one for the bounce if it came later
  })

  it('that arrives before the email is recorded as sent is not lost', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    await fixture.request(account.email)
    const batch = await claimBatch(db, fixture.clock.now(), randomUUID())
    const id = batch?.emails[0]?.id as string
    await db.update(mailOutbox).set({ recipient: account.email, accountId: account.id }).where(eq(mailOutbox.id, id))
    const providerId = randomUUID()
    const ctx = { db, now: fixture.clock.now(), secret: WEBHOOK_SECRET, sendEvents: false }
    await receiveResendEvent(ctx, signedRequest(resendEvent('bounced', providerId)))
    await settle(db, fixture.clock.now(), [{ id, status: 'sent', providerId, reason: null }], false)
    expect(await fixture.outbox()).toMatchObject([{ status: 'bounced' }])
    expect(await findSuppression({ db, now: fixture.clock.now() }, account.id)).toMatchObject({ kind: 'bounced' })
  })
})

describe('an address that bounced or complained', () => {
  it.each(['bounced', 'complained', 'suppressed'] as const)(
    'gets no more emails (%s), and an outsider sees no difference',
    async (kind) => {
      const { fixture, account, report } = await createResendEventFixture(db)
      await report(kind)
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

  it('no longer matters once the account has another address', async () => {
    const { fixture, account, report, suppression } = await createResendEventFixture(db)
    await report('bounced')
    expect(await suppression()).toEqual({ kind: 'bounced', since: fixture.clock.now() })
    const email = `new-${account.email}`
    await changeAccount(db, account, { email })
    expect(await suppression()).toBeNull()
    fixture.clock.advance(120)
    await fixture.request(email)
    await fixture.deliver()
    expect(fixture.mailbox.to(email)).toHaveLength(1)
  })

  it('stays suppressed when only the case of its letters changes', async () => {
    const { account, report, suppression } = await createResendEventFixture(db)
    await report('bounced')
    await changeAccount(db, account, { email: account.email.toUpperCase() })
    expect(await suppression()).toMatchObject({ kind: 'bounced' })
  })

  it('still gets emails after a temporary bounce', async () => {
    const { fixture, account, row, report, suppression } = await createResendEventFixture(db)
    await report('bounced', { bounce: { type: 'Transient', subType: 'MailboxFull', message: 'mailbox full' } })
    expect((await row()).status).toBe('bounced')
    expect(await suppression()).toBeNull()
    fixture.clock.advance(120)
    await fixture.request(account.email)
    await fixture.deliver()
    expect(fixture.mailbox.to(account.email)).toHaveLength(2)
  })

  it.each(['bounced', 'complained'] as const)('is still told of a changed password (%s)', async (kind) => {
    const { fixture, account, report } = await createResendEventFixture(db)
    const token = tokenIn(fixture.mailbox.to(account.email)[0])
    await report(kind)
    fixture.clock.advance(1) // rows of the same instant have no order
    await resetPassword(fixture.ctx(), { secret: { kind: 'link', token }, password: OTHER_PASSWORD })
    await fixture.deliver()
    const [, told, ...more] = fixture.mailbox.to(account.email)
    expect([told?.text, more]).toEqual([expect.stringContaining('/secure-account?token='), []])
    expect((await fixture.outbox()).at(-1)).toMatchObject({ kind: 'password-changed', status: 'sent' })
    expect(await fixture.eventsOf(account)).toContain('password-changed')
  })

  it('does not keep a trusted back end from receiving the link', async () => {
    const { fixture, account, report } = await createResendEventFixture(db)
    await report('bounced')
    fixture.clock.advance(120)
    const request = { account: identifierSchema.parse(account.email), form: 'v1' as const, appUrl: APP_URL }
    expect((await issueLink(fixture.ctx(), request)).link).toContain(APP_URL)
    await fixture.deliver()
    expect(fixture.mailbox.to(account.email)).toHaveLength(1)
  })

  it('gets emails again once an operator has unblocked it, in any case of its letters', async () => {
    const { fixture, account, report, suppression } = await createResendEventFixture(db)
    await report('bounced')
    expect(await suppression()).toMatchObject({ kind: 'bounced' })
    expect(await unblockAddress(db, account.email.toUpperCase())).toBe(1)
    expect(await unblockAddress(db, account.email)).toBe(0)
    expect(await suppression()).toBeNull()
    fixture.clock.advance(120)
    await fixture.request(account.email)
    await fixture.deliver()
    expect(fixture.mailbox.to(account.email)).toHaveLength(2)
  })

  it('does not affect other accounts', async () => {
    const { fixture, report } = await createResendEventFixture(db)
    await report('bounced')
    const other = await fixture.account()
    await fixture.request(other.email)
    await fixture.deliver()
    expect(fixture.mailbox.to(other.email)).toHaveLength(1)
  })
})
