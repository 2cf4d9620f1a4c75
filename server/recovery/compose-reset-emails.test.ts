import { eq } from 'drizzle-orm'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { newRequestId } from '@/server/core/secrets'
import { mailOutbox, users } from '@/server/db/schema'
import { claimBatch } from '@/server/mail/claim-batch'
import { newClientAddress } from '@/server/testing/client-address'
import { createRecordedDatabase, createTestDatabase, waitForBlocked } from '@/server/testing/database'
import { tokenIn } from '@/server/testing/emails'
import { APP_URL, createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { refusalOf } from '@/server/testing/refusal'
import { composeResetEmails } from './compose-reset-emails'
import { openLink } from './open-link'

const { db, url } = await createTestDatabase()
const recorded = createRecordedDatabase(url)
beforeEach(() => db.delete(mailOutbox))
afterAll(() => recorded.close())

const rowOf = async (request: { id: string }) => {
  const [row] = await db.select().from(mailOutbox).where(eq(mailOutbox.id, request.id))
  return row
}

describe('a request for a known account', () => {
  it('becomes one mail to the stored address, with a link that opens', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    await fixture.request(account.email)
    await fixture.deliver()
    expect(fixture.mailbox.accepted).toHaveLength(1)
    const [mail] = fixture.mailbox.to(account.email)
    const token = tokenIn(mail)
    expect(mail?.text).toContain(`\n${APP_URL}/api/accounts/forgot_password?token=${token}\n`)
    const { expiresAt } = await openLink(fixture.ctx(), { kind: 'link', token })
    expect(expiresAt.getTime() - fixture.clock.now().getTime()).toBe(3_600_000)
  })

  it('says how long the link works, who asked and when', async () => {
    const fixture = createRecoveryFixture(db, { policy: { linkTtlSeconds: 1800 } })
    const account = await fixture.account()
    await fixture.mailedLink(account)
    const [mail] = fixture.mailbox.to(account.email)
    expect(mail?.text).toContain('30 minutes')
    expect(mail?.text).toContain('Firefox on Windows')
    expect(mail?.text).toContain('20 November 2026 at 14:30 UTC')
  })

  it('is found by address and by username, in any case of their letters', async () => {
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
    expect(fixture.mailbox.accepted.map((mail) => mail.to)).toEqual(typed.map(() => account.email))
  })

  it('starts the lifetime of its link when it is composed, not when it was asked', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    await fixture.request(account.email)
    fixture.clock.advance(1800)
    await fixture.deliver()
    fixture.clock.advance(3599)
    await openLink(fixture.ctx(), { kind: 'link', token: tokenIn(fixture.mailbox.to(account.email)[0]) })
  })
})

describe('what was typed', () => {
  it('is blanked once the worker has seen it, known or not', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    const known = await fixture.request(account.email)
    fixture.clock.advance(1)
    const tooSoon = await fixture.request(account.username)
    const unknown = await fixture.request('a-stranger@example.com')
    await fixture.deliver()
    expect(await rowOf(known)).toMatchObject({ identifier: null, status: 'sent', userId: account.id })
    expect(await rowOf(tooSoon)).toMatchObject({
      identifier: null,
      status: 'ignored',
      reason: 'asked-too-soon',
      userId: null,
    })
    expect(await rowOf(unknown)).toMatchObject({
      identifier: null,
      status: 'ignored',
      reason: 'no-account',
      recipient: null,
    })
  })

  it('is known again by its digest alone, in any case of its letters', async () => {
    const fixture = createRecoveryFixture(db)
    const digests = []
    for (const typed of ['Some.Body@example.com', 'some.body@EXAMPLE.com', 'another@example.com']) {
      digests.push((await rowOf(await fixture.request(typed)))?.identifierDigest?.toString('hex'))
    }
    expect(digests[0]).toBe(digests[1])
    expect(digests[0]).not.toBe(digests[2])
  })
})

describe('the cooldown', () => {
  it('is shared by every way to name an account', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    for (const typed of [
      account.email,
      account.email.toUpperCase(),
      account.username,
      account.username.toUpperCase(),
    ]) {
      await fixture.request(typed)
      await fixture.deliver()
    }
    expect(fixture.mailbox.accepted).toHaveLength(1)
  })

  it('holds within one batch: the first who asked is answered', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    const first = await fixture.request(account.email)
    fixture.clock.advance(1)
    await fixture.request(account.username)
    await fixture.deliver()
    expect(fixture.mailbox.accepted.map((mail) => mail.id)).toEqual([first.id])
    expect(fixture.logLines.filter((line) => JSON.parse(line).level >= 40)).toEqual([])
  })

  it('leaves the first link working when it turns a request away', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    const first = await fixture.mailedLink(account)
    fixture.clock.advance(59)
    await fixture.request(account.email)
    await fixture.deliver()
    expect(fixture.mailbox.accepted).toHaveLength(1)
    await openLink(fixture.ctx(), first)
  })

  it('ends to the second; then the newest link is the only live one', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    const older = await fixture.mailedLink(account)
    fixture.clock.advance(60)
    const newer = await fixture.mailedLink(account)
    expect(fixture.mailbox.accepted).toHaveLength(2)
    expect(await refusalOf(openLink(fixture.ctx(), older))).toEqual({ code: 'link-superseded' })
    await openLink(fixture.ctx(), newer)
  })

  it('of one account is none of another', async () => {
    const fixture = createRecoveryFixture(db)
    const [one, other] = [await fixture.account(), await fixture.account()]
    const link = await fixture.mailedLink(one)
    await fixture.mailedLink(other)
    await openLink(fixture.ctx(), link)
  })
})

describe('the audit', () => {
  it('tells an account of requests that were mailed and of those that came too soon', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    await fixture.mailedLink(account)
    fixture.clock.advance(1)
    await fixture.request(account.email)
    await fixture.deliver()
    expect(await fixture.eventsOf(account)).toEqual(['reset-mailed', 'reset-refused', 'reset-requested'])
  })
})

describe('a claimed batch', () => {
  it('finds all its accounts in one look-up, and mails each its own link', async () => {
    const fixture = createRecoveryFixture(db)
    const accounts = await Promise.all(Array.from({ length: 20 }, () => fixture.account()))
    for (const [n, account] of accounts.entries()) {
      await fixture.request(n % 2 ? account.email : account.username)
      fixture.clock.advance(0.001)
    }
    const batch = await claimBatch(db, fixture.clock.now(), newRequestId())
    recorded.statements.length = 0
    const context = { ...fixture.ctx(), appUrl: APP_URL }
    const composed = await composeResetEmails({ ...context, db: recorded.db }, batch?.emails ?? [])
    expect(recorded.statements.filter((text) => /\busers\b/.test(text))).toHaveLength(1)

    const mails = composed.map((one) => ('email' in one ? one.email : undefined))
    expect(mails.map((mail) => mail?.to)).toEqual(accounts.map((account) => account.email))
    expect(new Set(mails.map(tokenIn)).size).toBe(20)
    // Claimed again, it is only rendered again: the same links, and nobody is told that they asked too soon.
    fixture.clock.advance(120)
    const claimedAgain = (batch?.emails ?? []).map((mail) => ({ ...mail, composedAt: context.now }))
    expect(await composeResetEmails({ ...context, now: fixture.clock.now() }, claimedAgain)).toEqual(composed)
  })

  it('mails nobody whose account was deactivated after they asked', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    const request = await fixture.request(account.email)
    await db.update(users).set({ deactivatedAt: fixture.clock.now() }).where(eq(users.id, account.id))
    await fixture.deliver()
    expect(fixture.mailbox.accepted).toEqual([])
    expect(await rowOf(request)).toMatchObject({ status: 'ignored', reason: 'no-account' })
  })

  it('held by two workers at once, where a lease ran out, is answered once and the same in both', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    await fixture.request(account.email)
    const batch = await claimBatch(db, fixture.clock.now(), newRequestId())
    const context = { ...fixture.ctx(), appUrl: APP_URL }
    const connection = await db.$client.reserve()
    await connection.unsafe('begin')
    await connection.unsafe('select 1 from mail_outbox for update')
    const composing = [1, 2].map(() => composeResetEmails(context, batch?.emails ?? []))
    await waitForBlocked(db, 2)
    await connection.unsafe('commit')
    connection.release()
    const [one, other] = await Promise.all(composing)
    expect(one).toHaveLength(1)
    expect(other).toEqual(one)
    expect(await fixture.eventsOf(account)).toEqual(['reset-requested'])
  })

  it('may hold one account twice over two workers, and still mails it once', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    const batches = []
    for (const typed of [account.email, account.username]) {
      await fixture.request(typed)
      batches.push(await claimBatch(db, fixture.clock.now(), newRequestId()))
    }
    const context = { ...fixture.ctx(), appUrl: APP_URL }
    const composed = await Promise.all(batches.map((batch) => composeResetEmails(context, batch?.emails ?? [])))
    expect(composed.flat()).toHaveLength(1)
  })
})

describe('a flood of requests for one account', () => {
  const flood = async (
    fixture: ReturnType<typeof createRecoveryFixture>,
    account: { email: string },
    times: number,
  ) => {
    for (let n = 0; n < times; n++) {
      await fixture.request(account.email, {
        requester: { address: newClientAddress(), device: null, requestId: `${n}` },
      })
      await fixture.deliver()
      fixture.clock.advance(60)
    }
  }

  it('mails ten an hour at the most, and the last link stays alive', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    await flood(fixture, account, 15)
    expect(fixture.mailbox.to(account.email)).toHaveLength(10)
    await openLink(fixture.ctx(), { kind: 'link', token: tokenIn(fixture.mailbox.to(account.email).at(-1)) })
  })

  it('leaves nobody without a link: where none is live, the next request is mailed', async () => {
    const fixture = createRecoveryFixture(db, { policy: { linkTtlSeconds: 600 } })
    const account = await fixture.account()
    await flood(fixture, account, 10)
    fixture.clock.advance(600)
    await flood(fixture, account, 1)
    expect(fixture.mailbox.to(account.email)).toHaveLength(11)
  })
})
