import { eq } from 'drizzle-orm'
import { afterAll, describe, expect, it } from 'vitest'
import { identifierSchema } from '@/server/core/schemas'
import { mailOutbox } from '@/server/db/schema'
import { newClientAddress } from '@/server/testing/client-address'
import { createRecordedDatabase, createTestDatabase } from '@/server/testing/database'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { refusalOf } from '@/server/testing/refusal'
import { requestReset } from './request-reset'

const { db, url } = await createTestDatabase()
const recorded = createRecordedDatabase(url)
afterAll(() => recorded.close())

/** One account of each kind that a stranger could ask for. */
async function everyKind(fixture: ReturnType<typeof createRecoveryFixture>) {
  const known = await fixture.account()
  const cooling = await fixture.account()
  const deactivated = await fixture.account({ deactivatedAt: fixture.clock.now() })
  await fixture.mailedLink(cooling)
  return { known: known.email, cooling: cooling.email, deactivated: deactivated.email, unknown: 'nobody@example.com' }
}

async function statementsOf(fixture: ReturnType<typeof createRecoveryFixture>, typed: string) {
  recorded.statements.length = 0
  const answer = await fixture.request(typed, { db: recorded.db })
  return { statements: [...recorded.statements], answered: Object.keys(answer) }
}

describe('under conceal', () => {
  it('runs one and the same statement for every kind of account, and answers alike', async () => {
    const fixture = createRecoveryFixture(db)
    const { known, ...others } = await everyKind(fixture)
    const first = await statementsOf(fixture, known)
    expect(first.answered).toEqual(['id'])
    expect(first.statements).toHaveLength(1)
    for (const typed of Object.values(others)) expect(await statementsOf(fixture, typed)).toEqual(first)
  })

  it('queues the same row for every kind of account, whatever the worker will find', async () => {
    const fixture = createRecoveryFixture(db)
    const kinds = await everyKind(fixture)
    const rows = []
    for (const typed of Object.values(kinds)) {
      const { id } = await fixture.request(typed)
      const [row] = await db.select().from(mailOutbox).where(eq(mailOutbox.id, id))
      rows.push({ ...row, id: '', identifier: '', identifierDigest: row?.identifierDigest?.length })
      expect(row?.identifier).toBe(typed)
    }
    expect(new Set(rows.map((row) => JSON.stringify(row)))).toHaveLength(1)
  })

  it('answers alike while the mail provider fails', async () => {
    const fixture = createRecoveryFixture(db)
    const kinds = await everyKind(fixture)
    const outcomes = []
    for (const typed of Object.values(kinds)) {
      fixture.mailbox.answerNext(() => {
        throw new Error('the provider is down')
      })
      await fixture.request(typed)
      await fixture.deliver()
      outcomes.push(await statementsOf(fixture, typed))
      fixture.clock.advance(120)
    }
    expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome)))).toHaveLength(1)
  })

  it('refuses at the limit alike, and queues nothing then', async () => {
    const fixture = createRecoveryFixture(db)
    const kinds = await everyKind(fixture)
    for (let asked = 1; asked < 60; asked++) await fixture.request('filler@example.com')
    const before = (await fixture.outbox()).length
    for (const typed of Object.values(kinds)) {
      expect(await refusalOf(fixture.request(typed))).toEqual({ code: 'too-many-requests', retryAfterSeconds: 900 })
    }
    expect(await fixture.outbox()).toHaveLength(before)
  })
})

it('refuses a second request within the cooldown where that is to be told, for every kind of account alike', async () => {
  const fixture = createRecoveryFixture(db)
  const known = await fixture.account()
  const deactivated = await fixture.account({ deactivatedAt: fixture.clock.now() })
  for (const typed of [known.email, known.username, deactivated.email, 'somebody@example.com', 'somebody']) {
    const ask = () =>
      requestReset(fixture.ctx(), { account: identifierSchema.parse(typed), refuseWithinCooldown: true })
    await ask()
    expect(await refusalOf(ask())).toEqual({ code: 'asked-too-soon', retryAfterSeconds: 60 })
  }
})

describe('the limit of an address', () => {
  it('lets 60 requests through and says how long to wait, until the window ends', async () => {
    const fixture = createRecoveryFixture(db)
    for (let n = 0; n < 60; n++) await fixture.request(`stranger${n}@example.com`)
    fixture.clock.advance(1)
    expect(await refusalOf(fixture.request('one-more@example.com'))).toEqual({
      code: 'too-many-requests',
      retryAfterSeconds: 899,
    })
    fixture.clock.advance(898)
    expect(await refusalOf(fixture.request('one-more@example.com'))).toMatchObject({ retryAfterSeconds: 1 })
    fixture.clock.advance(1)
    await fixture.request('one-more@example.com')
  })

  it('is no limit of other addresses', async () => {
    const fixture = createRecoveryFixture(db, { policy: { rateLimitScale: 1 / 60 } })
    await fixture.request('a@example.com')
    expect(await refusalOf(fixture.request('b@example.com'))).toMatchObject({ code: 'too-many-requests' })
    const elsewhere = { address: newClientAddress(), device: null, requestId: 'elsewhere' }
    await fixture.request('c@example.com', { requester: elsewhere })
  })
})

describe('somebody signed in', () => {
  it('is mailed at the address of their account, and nothing typed is queued', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    await requestReset(fixture.ctx(), { userId: account.id, email: account.email })
    expect(await fixture.outbox()).toMatchObject([{ identifier: null, userId: account.id }])
    await fixture.deliver()
    expect(fixture.mailbox.to(account.email)).toHaveLength(1)
  })

  it('shares the cooldown with whoever types their address', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    await fixture.mailedLink(account)
    await requestReset(fixture.ctx(), { userId: account.id, email: account.email })
    await fixture.deliver()
    expect(fixture.mailbox.to(account.email)).toHaveLength(1)
  })
})

describe('under reveal', () => {
  const reveal = { disclosure: 'reveal' } as const

  it('says that an account is unknown, and mails nobody', async () => {
    const fixture = createRecoveryFixture(db, { policy: reveal })
    const deactivated = await fixture.account({ deactivatedAt: fixture.clock.now() })
    for (const typed of ['nobody@example.com', 'nobody', deactivated.email, deactivated.username]) {
      expect(await refusalOf(fixture.request(typed))).toEqual({ code: 'account-unknown' })
    }
    await fixture.deliver()
    expect(fixture.mailbox.accepted).toEqual([])
  })

  it('counts the limit for unknown accounts too', async () => {
    const fixture = createRecoveryFixture(db, { policy: { ...reveal, rateLimitScale: 2 / 60 } })
    const account = await fixture.account()
    for (const _ of [1, 2]) expect(await refusalOf(fixture.request('nobody'))).toEqual({ code: 'account-unknown' })
    for (const typed of ['nobody', account.email]) {
      expect(await refusalOf(fixture.request(typed))).toEqual({ code: 'too-many-requests', retryAfterSeconds: 900 })
    }
  })

  it('says so again within the cooldown, which is for accounts that exist', async () => {
    const fixture = createRecoveryFixture(db, { policy: reveal })
    const account = identifierSchema.parse('nobody@example.com')
    for (const _ of [1, 2]) {
      const asked = requestReset(fixture.ctx(), { account, refuseWithinCooldown: true })
      expect(await refusalOf(asked)).toEqual({ code: 'account-unknown' })
    }
  })

  it('counts the cooldown of an account by either of its names', async () => {
    const fixture = createRecoveryFixture(db, { policy: reveal })
    const { email, username } = await fixture.account()
    await fixture.request(username)
    for (const typed of [email, username]) {
      const asked = requestReset(fixture.ctx(), { account: identifierSchema.parse(typed), refuseWithinCooldown: true })
      expect(await refusalOf(asked)).toEqual({ code: 'asked-too-soon', retryAfterSeconds: 60 })
    }
  })

  it('mails a known account', async () => {
    const fixture = createRecoveryFixture(db, { policy: reveal })
    const account = await fixture.account()
    await fixture.request(account.username)
    await fixture.deliver()
    expect(fixture.mailbox.to(account.email)).toHaveLength(1)
  })
})

it('tells the worker that a mail is waiting, and only then', async () => {
  const fixture = createRecoveryFixture(db, { policy: { rateLimitScale: 1 / 60 } })
  let woken = 0
  const wakeMailWorker = () => void woken++
  await fixture.request('somebody@example.com', { wakeMailWorker })
  await refusalOf(fixture.request('somebody@example.com', { wakeMailWorker }))
  expect(woken).toBe(1)
})
