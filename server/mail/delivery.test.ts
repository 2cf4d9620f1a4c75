import { randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '@/server/db/client'
import { mailOutbox, users } from '@/server/db/schema'
import { composeResetEmails } from '@/server/recovery/compose-reset-emails'
import { openLink } from '@/server/recovery/open-link'
import { newClientAddress } from '@/server/testing/client-address'
import { createRecordedDatabase, createTestDatabase } from '@/server/testing/database'
import { tokenIn } from '@/server/testing/emails'
import { createLogCapture } from '@/server/testing/log-capture'
import { APP_URL, createRecoveryFixture } from '@/server/testing/recovery-fixture'
import type { Composer } from './compose-batch'
import { LEASE_SECONDS } from './outbox'
import type { CallOutcome, MailTransport } from './transports/transport'
import { createMailWorker } from './worker'

const { db, url } = await createTestDatabase()
const recorded = createRecordedDatabase(url)
afterAll(() => recorded.close())
beforeEach(() => db.delete(mailOutbox))

function createScene() {
  const fixture = createRecoveryFixture(db)
  const ctx = (now: Date, on: Database = db) => ({ ...fixture.ctx(), db: on, now, appUrl: APP_URL })
  const compose: Composer = (batch, now) => composeResetEmails(ctx(now), batch)
  return {
    fixture,
    compose,
    /** A worker whose reset mails are composed, and whose mails are sent, as given. */
    worker(given: { compose?: Composer; transport?: MailTransport; on?: Database } = {}) {
      const { on = db, transport = fixture.mailbox.transport } = given
      const composer = given.compose ?? ((batch, now) => composeResetEmails(ctx(now, on), batch))
      const composers = { 'password-reset': composer, 'password-changed': composer }
      return createMailWorker({ db: on, transport, composers, log: createLogCapture().log, now: fixture.clock.now })
    },
    async ask(count: number) {
      const names = Array.from({ length: count }, () => `user${randomUUID().replaceAll('-', '')}`)
      await db.insert(users).values(names.map((name) => ({ email: `${name}@example.com`, username: name })))
      for (const name of names) {
        await fixture.request(`${name}@example.com`, {
          requester: { ...fixture.ctx().requester, address: newClientAddress() },
        })
        fixture.clock.advance(0.001)
      }
      return names.map((name) => `${name}@example.com`)
    },
  }
}

const rows = () => db.select().from(mailOutbox).orderBy(mailOutbox.createdAt)
const sentTo = (fixture: ReturnType<typeof createRecoveryFixture>) => fixture.mailbox.accepted.map((mail) => mail.to)
const DOWN: CallOutcome = { kind: 'retry', reason: '503 application_error: down' }

describe('a provider that is down for ten minutes', () => {
  it('keeps no request waiting, and gets every mail once it is back, its link alive', async () => {
    const { fixture, worker, ask } = createScene()
    const backAt = fixture.clock.now().getTime() + 600_000
    let calls = 0
    const transport: MailTransport = {
      async send(...call) {
        calls += 1
        return fixture.clock.now().getTime() < backAt ? DOWN : fixture.mailbox.transport.send(...call)
      },
    }
    const one = worker({ transport })
    const addresses: string[] = []
    while (fixture.clock.now().getTime() < backAt) {
      addresses.push(...(await ask(2)))
      await one.drain()
      fixture.clock.advance(10)
    }
    expect(fixture.mailbox.accepted).toEqual([])
    expect(calls).toBeLessThan(40)

    // Whatever waits is tried again within two minutes.
    for (let n = 0; n < 25; n++) {
      await one.drain()
      fixture.clock.advance(5)
    }
    expect(sentTo(fixture).sort()).toEqual(addresses.sort())
    for (const mail of fixture.mailbox.accepted) await openLink(fixture.ctx(), { kind: 'link', token: tokenIn(mail) })
  })
})

describe('a batch that the provider fails on each time', () => {
  it('does not hold up the others', async () => {
    const { fixture, worker, ask } = createScene()
    const [bad] = await ask(1)
    const transport: MailTransport = {
      send: async (mails, ...call) =>
        mails.some((mail) => mail.to === bad) ? DOWN : fixture.mailbox.transport.send(mails, ...call),
    }
    const one = worker({ transport })
    const others: string[] = []
    for (let n = 0; n < 30; n++) {
      await one.drain()
      if (n > 4) others.push(...(await ask(1)))
      fixture.clock.advance(20)
    }
    await one.drain()
    expect(sentTo(fixture).length).toBeGreaterThanOrEqual(others.length - 5)
    expect(sentTo(fixture)).not.toContain(bad)
  })
})

describe('a row that cannot be composed', () => {
  it('lets its batch go without it, and is sent when its composer is mended', async () => {
    const { fixture, worker, compose, ask } = createScene()
    const addresses = await ask(5)
    let broken = (await rows())[2]?.id
    const one = worker({
      compose: async (batch, now) => {
        if (batch.some((mail) => mail.id === broken)) throw new TypeError('a template is broken')
        return compose(batch, now)
      },
    })
    await one.drain()
    expect(sentTo(fixture)).toEqual(addresses.filter((_, at) => at !== 2))
    expect(await rows()).toMatchObject([{}, {}, { status: 'queued', reason: 'not composed: TypeError' }, {}, {}])
    broken = undefined
    fixture.clock.advance(2)
    await one.drain()
    expect(sentTo(fixture).sort()).toEqual([...addresses].sort())
    expect(new Set(fixture.mailbox.calls.map((call) => call.key)).size).toBe(2)
  })

  it('is given up after an hour, with the reason', async () => {
    const { fixture, worker, ask } = createScene()
    await ask(1)
    const one = worker({ compose: () => Promise.reject(new TypeError('a template is broken')) })
    for (let n = 0; n < 64; n++) {
      await one.drain()
      fixture.clock.advance(60)
    }
    expect(await rows()).toMatchObject([{ status: 'failed', reason: 'not composed: TypeError', identifier: null }])
  })

  it('is told apart from a database that fails: nothing is taken out of the batch', async () => {
    const { fixture, worker, compose, ask } = createScene()
    const addresses = await ask(3)
    let down = true
    const one = worker({
      compose: async (batch, now) => {
        if (down) throw Object.assign(new Error('write CONNECTION_CLOSED'), { code: 'CONNECTION_CLOSED' })
        return compose(batch, now)
      },
    })
    await one.drain()
    expect(new Set((await rows()).map((row) => row.status))).toEqual(new Set(['sending']))
    down = false
    fixture.clock.advance(2)
    await one.drain()
    expect(fixture.mailbox.calls.map((call) => call.emails.map((email) => email.to))).toEqual([addresses])
  })
})

describe('a request that nobody could be mailed for', () => {
  it('fails when it has waited for as long as a link lives', async () => {
    const { fixture, worker, ask } = createScene()
    await ask(1)
    fixture.clock.advance(fixture.policy.linkTtlSeconds)
    await worker().drain()
    expect(fixture.mailbox.calls).toEqual([])
    const reason = 'not sent in time: it was asked for too long ago'
    expect(await rows()).toMatchObject([{ status: 'failed', reason, identifier: null }])
  })
})

describe('time', () => {
  it('that was set back does not keep a worker paused', async () => {
    const { fixture, worker, ask } = createScene()
    const one = worker()
    fixture.mailbox.answerNext(() => ({ kind: 'retry', reason: 'quota', afterMs: 900_000 }))
    await ask(1)
    expect(await one.drain()).toBe(900_000)
    fixture.clock.advance(-3600)
    const [address] = await ask(1)
    expect(await one.drain()).toBe(0)
    expect(sentTo(fixture)).toEqual([address])
  })

  it('that ran out while a batch was composed keeps it from being sent: another may have it', async () => {
    const { fixture, worker, compose, ask } = createScene()
    await ask(1)
    const one = worker({
      compose: async (batch, now) => {
        const composed = await compose(batch, now)
        if (fixture.mailbox.calls.length === 0) fixture.clock.advance(LEASE_SECONDS - 1)
        return composed
      },
    })
    await one.drain()
    expect(fixture.mailbox.calls).toEqual([])
    fixture.clock.advance(1)
    await worker().drain()
    expect(fixture.mailbox.accepted).toHaveLength(1)
  })
})

describe('a drain', () => {
  it('sends what was queued before it was asked for, though another is under way', async () => {
    const { fixture, worker, ask } = createScene()
    const one = worker()
    const first = one.drain()
    const [address] = await ask(1)
    await Promise.all([first, one.drain(), one.drain()])
    expect(sentTo(fixture)).toEqual([address])
  })

  it('takes a handful of statements for a hundred mails', async () => {
    const { fixture, worker, ask } = createScene()
    await ask(100)
    await worker({ on: recorded.db }).drain()
    expect(fixture.mailbox.accepted).toHaveLength(100)
    // Two to claim, one to mint, one to read, one to settle, one to apply events; and two that find nothing more.
    expect(recorded.statements.length).toBeLessThanOrEqual(8)
  })
})

describe('the acceptance of a reset mail', () => {
  it('is in the audit of its account, once', async () => {
    const { fixture, worker } = createScene()
    const account = await fixture.account()
    await fixture.request(account.email)
    fixture.clock.advance(1)
    fixture.mailbox.answerNext(() => DOWN)
    await worker().drain()
    expect(await fixture.eventsOf(account)).toEqual(['reset-requested'])
    fixture.clock.advance(120)
    await worker().drain()
    expect(await fixture.eventsOf(account)).toEqual(['reset-mailed', 'reset-requested'])
    const [row] = await db.select().from(mailOutbox).where(eq(mailOutbox.userId, account.id))
    expect(row?.status).toBe('sent')
  })
})
