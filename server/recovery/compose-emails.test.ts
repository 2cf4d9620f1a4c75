import { eq } from 'drizzle-orm'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { newRequestId } from '@/server/core/secrets'
import { mailOutbox, users } from '@/server/db/schema'
import { claimBatch } from '@/server/mail/outbox'
import { createTestDatabase } from '@/server/testing/database'
import {
  APP_URL,
  createRecordedDatabase,
  createWorld,
  newAddress,
  refusalOf,
  tokenIn,
  waitForBlocked,
} from '@/server/testing/factories'
import { composeResetEmails } from './compose-emails'
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
    const world = createWorld(db)
    const account = await world.account()
    await world.request(account.email)
    await world.deliver()
    expect(world.mailbox.accepted).toHaveLength(1)
    const [mail] = world.mailbox.to(account.email)
    const token = tokenIn(mail)
    expect(mail?.text).toContain(`\n${APP_URL}/api/accounts/forgot_password?token=${token}\n`)
    const { expiresAt } = await openLink(world.ctx(), { kind: 'link', token })
    expect(expiresAt.getTime() - world.clock.now().getTime()).toBe(3_600_000)
  })

  it('says how long the link works, who asked and when', async () => {
    const world = createWorld(db, { policy: { linkTtlSeconds: 1800 } })
    const account = await world.account()
    await world.mailedLink(account)
    const [mail] = world.mailbox.to(account.email)
    expect(mail?.text).toContain('30 minutes')
    expect(mail?.text).toContain('Firefox on Windows')
    expect(mail?.text).toContain('20 November 2026 at 14:30 UTC')
  })

  it('is found by address and by username, in any case of their letters', async () => {
    const world = createWorld(db, { policy: { sendCooldownSeconds: 0 } })
    const account = await world.account({ email: 'Grace.Hopper@Example.com', username: 'GHopper' })
    const typed = [
      'grace.hopper@example.com',
      'GRACE.HOPPER@EXAMPLE.COM',
      '  Grace.Hopper@example.com ',
      'ghopper',
      'GHOPPER',
    ]
    for (const identifier of typed) {
      await world.request(identifier)
      await world.deliver()
    }
    expect(world.mailbox.accepted.map((mail) => mail.to)).toEqual(typed.map(() => account.email))
  })

  it('starts the lifetime of its link when it is composed, not when it was asked', async () => {
    const world = createWorld(db)
    const account = await world.account()
    await world.request(account.email)
    world.clock.advance(1800)
    await world.deliver()
    world.clock.advance(3599)
    await openLink(world.ctx(), { kind: 'link', token: tokenIn(world.mailbox.to(account.email)[0]) })
  })
})

describe('what was typed', () => {
  it('is blanked once the worker has seen it, known or not', async () => {
    const world = createWorld(db)
    const account = await world.account()
    const known = await world.request(account.email)
    world.clock.advance(1)
    const tooSoon = await world.request(account.username)
    const unknown = await world.request('a-stranger@example.com')
    await world.deliver()
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
    const world = createWorld(db)
    const digests = []
    for (const typed of ['Some.Body@example.com', 'some.body@EXAMPLE.com', 'another@example.com']) {
      digests.push((await rowOf(await world.request(typed)))?.identifierDigest?.toString('hex'))
    }
    expect(digests[0]).toBe(digests[1])
    expect(digests[0]).not.toBe(digests[2])
  })
})

describe('the cooldown', () => {
  it('is shared by every way to name an account', async () => {
    const world = createWorld(db)
    const account = await world.account()
    for (const typed of [
      account.email,
      account.email.toUpperCase(),
      account.username,
      account.username.toUpperCase(),
    ]) {
      await world.request(typed)
      await world.deliver()
    }
    expect(world.mailbox.accepted).toHaveLength(1)
  })

  it('holds within one batch: the first who asked is answered', async () => {
    const world = createWorld(db)
    const account = await world.account()
    const first = await world.request(account.email)
    world.clock.advance(1)
    await world.request(account.username)
    await world.deliver()
    expect(world.mailbox.accepted.map((mail) => mail.id)).toEqual([first.id])
    expect(world.logLines.filter((line) => JSON.parse(line).level >= 40)).toEqual([])
  })

  it('leaves the first link working when it turns a request away', async () => {
    const world = createWorld(db)
    const account = await world.account()
    const first = await world.mailedLink(account)
    world.clock.advance(59)
    await world.request(account.email)
    await world.deliver()
    expect(world.mailbox.accepted).toHaveLength(1)
    await openLink(world.ctx(), first)
  })

  it('ends to the second; then the newest link is the only live one', async () => {
    const world = createWorld(db)
    const account = await world.account()
    const older = await world.mailedLink(account)
    world.clock.advance(60)
    const newer = await world.mailedLink(account)
    expect(world.mailbox.accepted).toHaveLength(2)
    expect(await refusalOf(openLink(world.ctx(), older))).toEqual({ code: 'link-superseded' })
    await openLink(world.ctx(), newer)
  })

  it('of one account is none of another', async () => {
    const world = createWorld(db)
    const [one, other] = [await world.account(), await world.account()]
    const link = await world.mailedLink(one)
    await world.mailedLink(other)
    await openLink(world.ctx(), link)
  })
})

describe('the audit', () => {
  it('tells an account of requests that were mailed and of those that came too soon', async () => {
    const world = createWorld(db)
    const account = await world.account()
    await world.mailedLink(account)
    world.clock.advance(1)
    await world.request(account.email)
    await world.deliver()
    expect(await world.eventsOf(account)).toEqual(['reset-mailed', 'reset-refused', 'reset-requested'])
  })
})

describe('a claimed batch', () => {
  it('finds all its accounts in one look-up, and mails each its own link', async () => {
    const world = createWorld(db)
    const accounts = await Promise.all(Array.from({ length: 20 }, () => world.account()))
    for (const [n, account] of accounts.entries()) {
      await world.request(n % 2 ? account.email : account.username)
      world.clock.advance(0.001)
    }
    const batch = await claimBatch(db, world.clock.now(), newRequestId())
    recorded.statements.length = 0
    const context = { ...world.ctx(), appUrl: APP_URL }
    const composed = await composeResetEmails({ ...context, db: recorded.db }, batch?.mails ?? [])
    expect(recorded.statements.filter((text) => /\busers\b/.test(text))).toHaveLength(1)

    const mails = composed.map((one) => ('mail' in one ? one.mail : undefined))
    expect(mails.map((mail) => mail?.to)).toEqual(accounts.map((account) => account.email))
    expect(new Set(mails.map(tokenIn)).size).toBe(20)
    // Claimed again, it is only rendered again: the same links, and nobody is told that they asked too soon.
    world.clock.advance(120)
    const claimedAgain = (batch?.mails ?? []).map((mail) => ({ ...mail, composedAt: context.now }))
    expect(await composeResetEmails({ ...context, now: world.clock.now() }, claimedAgain)).toEqual(composed)
  })

  it('mails nobody whose account was deactivated after they asked', async () => {
    const world = createWorld(db)
    const account = await world.account()
    const request = await world.request(account.email)
    await db.update(users).set({ deactivatedAt: world.clock.now() }).where(eq(users.id, account.id))
    await world.deliver()
    expect(world.mailbox.accepted).toEqual([])
    expect(await rowOf(request)).toMatchObject({ status: 'ignored', reason: 'no-account' })
  })

  it('held by two workers at once, where a lease ran out, is answered once and the same in both', async () => {
    const world = createWorld(db)
    const account = await world.account()
    await world.request(account.email)
    const batch = await claimBatch(db, world.clock.now(), newRequestId())
    const context = { ...world.ctx(), appUrl: APP_URL }
    const connection = await db.$client.reserve()
    await connection.unsafe('begin')
    await connection.unsafe('select 1 from mail_outbox for update')
    const composing = [1, 2].map(() => composeResetEmails(context, batch?.mails ?? []))
    await waitForBlocked(db, 2)
    await connection.unsafe('commit')
    connection.release()
    const [one, other] = await Promise.all(composing)
    expect(one).toHaveLength(1)
    expect(other).toEqual(one)
    expect(await world.eventsOf(account)).toEqual(['reset-requested'])
  })

  it('may hold one account twice over two workers, and still mails it once', async () => {
    const world = createWorld(db)
    const account = await world.account()
    const batches = []
    for (const typed of [account.email, account.username]) {
      await world.request(typed)
      batches.push(await claimBatch(db, world.clock.now(), newRequestId()))
    }
    const context = { ...world.ctx(), appUrl: APP_URL }
    const composed = await Promise.all(batches.map((batch) => composeResetEmails(context, batch?.mails ?? [])))
    expect(composed.flat()).toHaveLength(1)
  })
})

describe('a flood of requests for one account', () => {
  const flood = async (world: ReturnType<typeof createWorld>, account: { email: string }, times: number) => {
    for (let n = 0; n < times; n++) {
      await world.request(account.email, { requester: { address: newAddress(), device: null, requestId: `${n}` } })
      await world.deliver()
      world.clock.advance(60)
    }
  }

  it('mails ten an hour at the most, and the last link stays alive', async () => {
    const world = createWorld(db)
    const account = await world.account()
    await flood(world, account, 15)
    expect(world.mailbox.to(account.email)).toHaveLength(10)
    await openLink(world.ctx(), { kind: 'link', token: tokenIn(world.mailbox.to(account.email).at(-1)) })
  })

  it('leaves nobody without a link: where none is live, the next request is mailed', async () => {
    const world = createWorld(db, { policy: { linkTtlSeconds: 600 } })
    const account = await world.account()
    await flood(world, account, 10)
    world.clock.advance(600)
    await flood(world, account, 1)
    expect(world.mailbox.to(account.email)).toHaveLength(11)
  })
})
