import { eq } from 'drizzle-orm'
import { afterAll, describe, expect, it } from 'vitest'
import { identifierSchema } from '@/server/core/schemas'
import { mailOutbox } from '@/server/db/schema'
import { createTestDatabase } from '@/server/testing/database'
import { createRecordedDatabase, createWorld, newAddress, refusalOf } from '@/server/testing/factories'
import { requestReset } from './request-reset'

const { db, url } = await createTestDatabase()
const recorded = createRecordedDatabase(url)
afterAll(() => recorded.close())

/** One account of each kind that a stranger could ask for. */
async function everyKind(world: ReturnType<typeof createWorld>) {
  const known = await world.account()
  const cooling = await world.account()
  const deactivated = await world.account({ deactivatedAt: world.clock.now() })
  await world.mailedLink(cooling)
  return { known: known.email, cooling: cooling.email, deactivated: deactivated.email, unknown: 'nobody@example.com' }
}

async function statementsOf(world: ReturnType<typeof createWorld>, typed: string) {
  recorded.statements.length = 0
  const answer = await world.request(typed, { db: recorded.db })
  return { statements: [...recorded.statements], answered: Object.keys(answer) }
}

describe('under conceal', () => {
  it('runs one and the same statement for every kind of account, and answers alike', async () => {
    const world = createWorld(db)
    const { known, ...others } = await everyKind(world)
    const first = await statementsOf(world, known)
    expect(first.answered).toEqual(['id'])
    expect(first.statements).toHaveLength(1)
    for (const typed of Object.values(others)) expect(await statementsOf(world, typed)).toEqual(first)
  })

  it('queues the same row for every kind of account, whatever the worker will find', async () => {
    const world = createWorld(db)
    const kinds = await everyKind(world)
    const rows = []
    for (const typed of Object.values(kinds)) {
      const { id } = await world.request(typed)
      const [row] = await db.select().from(mailOutbox).where(eq(mailOutbox.id, id))
      rows.push({ ...row, id: '', identifier: '', identifierDigest: row?.identifierDigest?.length })
      expect(row?.identifier).toBe(typed)
    }
    expect(new Set(rows.map((row) => JSON.stringify(row)))).toHaveLength(1)
  })

  it('answers alike while the mail provider fails', async () => {
    const world = createWorld(db)
    const kinds = await everyKind(world)
    const outcomes = []
    for (const typed of Object.values(kinds)) {
      world.mailbox.answerNext(() => {
        throw new Error('the provider is down')
      })
      await world.request(typed)
      await world.deliver()
      outcomes.push(await statementsOf(world, typed))
      world.clock.advance(120)
    }
    expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome)))).toHaveLength(1)
  })

  it('refuses at the limit alike, and queues nothing then', async () => {
    const world = createWorld(db)
    const kinds = await everyKind(world)
    for (let asked = 1; asked < 60; asked++) await world.request('filler@example.com')
    const before = (await world.outbox()).length
    for (const typed of Object.values(kinds)) {
      expect(await refusalOf(world.request(typed))).toEqual({ code: 'too-many-requests', retryAfterSeconds: 900 })
    }
    expect(await world.outbox()).toHaveLength(before)
  })
})

it('refuses a second request within the cooldown where that is to be told, for every kind of account alike', async () => {
  const world = createWorld(db)
  const known = await world.account()
  const deactivated = await world.account({ deactivatedAt: world.clock.now() })
  for (const typed of [known.email, known.username, deactivated.email, 'somebody@example.com', 'somebody']) {
    const ask = () => requestReset(world.ctx(), { account: identifierSchema.parse(typed), refuseWithinCooldown: true })
    await ask()
    expect(await refusalOf(ask())).toEqual({ code: 'asked-too-soon', retryAfterSeconds: 60 })
  }
})

describe('the limit of an address', () => {
  it('lets 60 requests through and says how long to wait, until the window ends', async () => {
    const world = createWorld(db)
    for (let n = 0; n < 60; n++) await world.request(`stranger${n}@example.com`)
    world.clock.advance(1)
    expect(await refusalOf(world.request('one-more@example.com'))).toEqual({
      code: 'too-many-requests',
      retryAfterSeconds: 899,
    })
    world.clock.advance(898)
    expect(await refusalOf(world.request('one-more@example.com'))).toMatchObject({ retryAfterSeconds: 1 })
    world.clock.advance(1)
    await world.request('one-more@example.com')
  })

  it('is no limit of other addresses', async () => {
    const world = createWorld(db, { policy: { rateLimitScale: 1 / 60 } })
    await world.request('a@example.com')
    expect(await refusalOf(world.request('b@example.com'))).toMatchObject({ code: 'too-many-requests' })
    const elsewhere = { address: newAddress(), device: null, requestId: 'elsewhere' }
    await world.request('c@example.com', { requester: elsewhere })
  })
})

describe('somebody signed in', () => {
  it('is mailed at the address of their account, and nothing typed is queued', async () => {
    const world = createWorld(db)
    const account = await world.account()
    await requestReset(world.ctx(), { userId: account.id, email: account.email })
    expect(await world.outbox()).toMatchObject([{ identifier: null, userId: account.id }])
    await world.deliver()
    expect(world.mailbox.to(account.email)).toHaveLength(1)
  })

  it('shares the cooldown with whoever types their address', async () => {
    const world = createWorld(db)
    const account = await world.account()
    await world.mailedLink(account)
    await requestReset(world.ctx(), { userId: account.id, email: account.email })
    await world.deliver()
    expect(world.mailbox.to(account.email)).toHaveLength(1)
  })
})

describe('under reveal', () => {
  const reveal = { disclosure: 'reveal' } as const

  it('says that an account is unknown, and mails nobody', async () => {
    const world = createWorld(db, { policy: reveal })
    const deactivated = await world.account({ deactivatedAt: world.clock.now() })
    for (const typed of ['nobody@example.com', 'nobody', deactivated.email, deactivated.username]) {
      expect(await refusalOf(world.request(typed))).toEqual({ code: 'account-unknown' })
    }
    await world.deliver()
    expect(world.mailbox.accepted).toEqual([])
  })

  it('counts the limit for unknown accounts too', async () => {
    const world = createWorld(db, { policy: { ...reveal, rateLimitScale: 2 / 60 } })
    const account = await world.account()
    for (const _ of [1, 2]) expect(await refusalOf(world.request('nobody'))).toEqual({ code: 'account-unknown' })
    for (const typed of ['nobody', account.email]) {
      expect(await refusalOf(world.request(typed))).toEqual({ code: 'too-many-requests', retryAfterSeconds: 900 })
    }
  })

  it('says so again within the cooldown, which is for accounts that exist', async () => {
    const world = createWorld(db, { policy: reveal })
    const account = identifierSchema.parse('nobody@example.com')
    for (const _ of [1, 2]) {
      const asked = requestReset(world.ctx(), { account, refuseWithinCooldown: true })
      expect(await refusalOf(asked)).toEqual({ code: 'account-unknown' })
    }
  })

  it('counts the cooldown of an account by either of its names', async () => {
    const world = createWorld(db, { policy: reveal })
    const { email, username } = await world.account()
    await world.request(username)
    for (const typed of [email, username]) {
      const asked = requestReset(world.ctx(), { account: identifierSchema.parse(typed), refuseWithinCooldown: true })
      expect(await refusalOf(asked)).toEqual({ code: 'asked-too-soon', retryAfterSeconds: 60 })
    }
  })

  it('mails a known account', async () => {
    const world = createWorld(db, { policy: reveal })
    const account = await world.account()
    await world.request(account.username)
    await world.deliver()
    expect(world.mailbox.to(account.email)).toHaveLength(1)
  })
})

it('tells the worker that a mail is waiting, and only then', async () => {
  const world = createWorld(db, { policy: { rateLimitScale: 1 / 60 } })
  let woken = 0
  const wakeMailWorker = () => void woken++
  await world.request('somebody@example.com', { wakeMailWorker })
  await refusalOf(world.request('somebody@example.com', { wakeMailWorker }))
  expect(woken).toBe(1)
})
