import { eq } from 'drizzle-orm'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { newRequestId } from '@/server/core/secrets'
import { mailOutbox } from '@/server/db/schema'
import { claimBatch } from '@/server/mail/claim-batch'
import { changeAccount } from '@/server/testing/accounts'
import { createRecordedDatabase, createTestDatabase, waitForBlocked } from '@/server/testing/database'
import { EMAIL_SETTINGS } from '@/server/testing/email-settings'
import { tokenIn } from '@/server/testing/emails'
import { APP_URL, createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { composeResetEmails } from './compose-reset-emails'
import { openLink } from './open-link'

const { db, url } = await createTestDatabase()
const recorded = createRecordedDatabase(url)
beforeEach(() => db.delete(mailOutbox))
afterAll(() => recorded.close())

/** The outbox row of a request. */
const rowOf = async (request: { id: string }) => {
  const [row] = await db.select().from(mailOutbox).where(eq(mailOutbox.id, request.id))
  return row
}

describe('composeResetEmails for a known account', () => {
  it('writes one email to the stored address, with a link that works', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    await fixture.request(account.email)
    await fixture.deliver()
    expect(fixture.mailbox.accepted).toHaveLength(1)
    const [email] = fixture.mailbox.to(account.email)
    const token = tokenIn(email)
    expect(email?.text).toContain(`\n${APP_URL}/api/accounts/forgot_password?token=${token}\n`)
    const { expiresAt } = await openLink(fixture.ctx(), { kind: 'link', token })
    expect(expiresAt.getTime() - fixture.clock.now().getTime()).toBe(3_600_000)
  })

  it('says how long the link works, and when and on which device it was requested', async () => {
    const fixture = createRecoveryFixture(db, { policy: { linkTtlSeconds: 1800 } })
    const account = await fixture.account()
    await fixture.mailedLink(account)
    const [email] = fixture.mailbox.to(account.email)
    expect(email?.text).toContain('30 minutes')
    expect(email?.text).toContain('Firefox on Windows')
    expect(email?.text).toContain('20 November 2026 at 14:30 UTC')
  })

  it('finds the account by email address and username, in upper and lower case', async () => {
    const fixture = createRecoveryFixture(db, { policy: { sendCooldownSeconds: 0 } })
    const account = await fixture.account({ email: 'Grace.Hopper@Example.com', username: 'GHopper' })
    const typed = [
      'grace.hopper@example.com',
      'GRACE.HOPPER@EXAMPLE.COM',
      '  Grace.Hopper@example.com ',
      'ghopper',
      'GHOPPER',
    ]
    for (const identifier of typed) {
      await fixture.request(identifier)
      await fixture.deliver()
    }
    expect(fixture.mailbox.accepted.map((email) => email.to)).toEqual(typed.map(() => account.email))
  })

  it('starts the lifetime of the link when it composes the email, not at the request', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    await fixture.request(account.email)
    fixture.clock.advance(1800)
    await fixture.deliver()
    fixture.clock.advance(3599)
    await openLink(fixture.ctx(), { kind: 'link', token: tokenIn(fixture.mailbox.to(account.email)[0]) })
  })
})

describe('the identifier of a request', () => {
  it('is deleted once the request is answered, for known and unknown accounts', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    const known = await fixture.request(account.email)
    fixture.clock.advance(1)
    const tooSoon = await fixture.request(account.username)
    const unknown = await fixture.request('unknown@example.com')
    await fixture.deliver()
    expect(await rowOf(known)).toMatchObject({ identifier: null, status: 'sent', accountId: account.id })
    expect(await rowOf(tooSoon)).toMatchObject({
      identifier: null,
      status: 'ignored',
      reason: 'asked-too-soon',
      accountId: null,
    })
    expect(await rowOf(unknown)).toMatchObject({
      identifier: null,
      status: 'ignored',
      reason: 'no-account',
      recipient: null,
    })
  })

  it('is recognized by its digest, in upper and lower case', async () => {
    const fixture = createRecoveryFixture(db)
    const digests = []
    for (const typed of ['Grace.Hopper@example.com', 'grace.hopper@EXAMPLE.com', 'another@example.com']) {
      digests.push((await rowOf(await fixture.request(typed)))?.identifierDigest?.toString('hex'))
    }
    expect(digests[0]).toBe(digests[1])
    expect(digests[0]).not.toBe(digests[2])
  })
})

describe('the audit events of an account', () => {
  it('show requests that were answered and requests within the cooldown', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    await fixture.mailedLink(account)
    fixture.clock.advance(1)
    await fixture.request(account.email)
    await fixture.deliver()
    expect(await fixture.eventsOf(account)).toEqual(['reset-mailed', 'reset-refused', 'reset-requested'])
  })
})

describe('composeResetEmails for a batch', () => {
  it('finds all accounts with one statement and gives each its own link', async () => {
    const fixture = createRecoveryFixture(db)
    const accounts = await Promise.all(Array.from({ length: 20 }, () => fixture.account()))
    for (const [n, account] of accounts.entries()) {
      await fixture.request(n % 2 ? account.email : account.username)
      fixture.clock.advance(0.001)
    }
    const batch = await claimBatch(db, fixture.clock.now(), newRequestId())
    recorded.statements.length = 0
    const context = { ...fixture.ctx(), ...EMAIL_SETTINGS }
    const composed = await composeResetEmails({ ...context, db: recorded.db }, batch?.emails ?? [])
    expect(recorded.statements.filter((text) => /\baccounts\b/.test(text))).toHaveLength(1)

    const emails = composed.map((one) => ('email' in one ? one.email : undefined))
    expect(emails.map((email) => email?.to)).toEqual(accounts.map((account) => account.email))
    expect(new Set(emails.map(tokenIn)).size).toBe(20)
    // A batch that is claimed again is only rendered again: the links stay the same, and the cooldown does not apply.
    fixture.clock.advance(120)
    const claimedAgain = (batch?.emails ?? []).map((email) => ({ ...email, composedAt: context.now }))
    expect(await composeResetEmails({ ...context, now: fixture.clock.now() }, claimedAgain)).toEqual(composed)
  })

  it('ignores a request whose account was deactivated after the request', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    const request = await fixture.request(account.email)
    await changeAccount(db, account, { active: false })
    await fixture.deliver()
    expect(fixture.mailbox.accepted).toEqual([])
    expect(await rowOf(request)).toMatchObject({ status: 'ignored', reason: 'no-account' })
  })

  it('composes the same emails in two workers that hold the same batch after a lease ran out', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    await fixture.request(account.email)
    const batch = await claimBatch(db, fixture.clock.now(), newRequestId())
    const context = { ...fixture.ctx(), ...EMAIL_SETTINGS }
    const connection = await db.$client.reserve()
    await connection.unsafe('begin')
    await connection.unsafe('select 1 from latchkey.mail_outbox for update')
    const composing = [1, 2].map(() => composeResetEmails(context, batch?.emails ?? []))
    await waitForBlocked(db, 2)
    await connection.unsafe('commit')
    connection.release()
    const [one, other] = await Promise.all(composing)
    expect(one).toHaveLength(1)
    expect(other).toEqual(one)
    expect(await fixture.eventsOf(account)).toEqual(['reset-requested'])
  })

  it('writes one email when two workers have requests for the same account', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    const batches = []
    for (const typed of [account.email, account.username]) {
      await fixture.request(typed)
      batches.push(await claimBatch(db, fixture.clock.now(), newRequestId()))
    }
    const context = { ...fixture.ctx(), ...EMAIL_SETTINGS }
    const composed = await Promise.all(batches.map((batch) => composeResetEmails(context, batch?.emails ?? [])))
    expect(composed.flat()).toHaveLength(1)
  })
})
