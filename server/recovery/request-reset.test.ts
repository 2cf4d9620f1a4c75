import { eq } from 'drizzle-orm'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { identifierSchema } from '@/server/core/schemas'
import { mailOutbox } from '@/server/db/schema'
import { createRefusedNetworks } from '@/server/limits/refused-networks'
import { otherClient } from '@/server/testing/code-fixture'
import { createRecordedDatabase, createTestDatabase } from '@/server/testing/database'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { refusalOf } from '@/server/testing/refusal'
import { requestReset } from './request-reset'

const { db, url } = await createTestDatabase()
const recorded = createRecordedDatabase(url)
afterAll(() => recorded.close())

/** The email addresses of one account of each kind that a stranger could enter. */
async function addressesOfEveryKind(fixture: ReturnType<typeof createRecoveryFixture>) {
  const known = await fixture.account()
  const cooling = await fixture.account()
  const deactivated = await fixture.account({ active: false })
  await fixture.mailedLink(cooling)
  return { known: known.email, cooling: cooling.email, deactivated: deactivated.email, unknown: 'unknown@example.com' }
}

/** The statements of a request, and the names of the fields in its answer. */
async function observe(fixture: ReturnType<typeof createRecoveryFixture>, typed: string) {
  recorded.statements.length = 0
  const answer = await fixture.request(typed, { db: recorded.db })
  return { statements: [...recorded.statements], fields: Object.keys(answer) }
}

describe('requestReset under conceal', () => {
  it('runs the same single statement and gives the same answer for every kind of account', async () => {
    const fixture = createRecoveryFixture(db)
    const { known, ...others } = await addressesOfEveryKind(fixture)
    const first = await observe(fixture, known)
    expect(first.fields).toEqual(['id'])
    expect(first.statements).toHaveLength(1)
    for (const typed of Object.values(others)) expect(await observe(fixture, typed)).toEqual(first)
  })

  it('queues the same row for every kind of account', async () => {
    const fixture = createRecoveryFixture(db)
    const kinds = await addressesOfEveryKind(fixture)
    const rows = []
    for (const typed of Object.values(kinds)) {
      const { id } = await fixture.request(typed)
      const [row] = await db.select().from(mailOutbox).where(eq(mailOutbox.id, id))
      rows.push({ ...row, id: '', identifier: '', identifierDigest: row?.identifierDigest?.length })
      expect(row?.identifier).toBe(typed)
    }
    expect(new Set(rows.map((row) => JSON.stringify(row)))).toHaveLength(1)
  })

  it('gives the same answer for every kind of account while the mail provider fails', async () => {
    const fixture = createRecoveryFixture(db)
    const kinds = await addressesOfEveryKind(fixture)
    const outcomes = []
    for (const typed of Object.values(kinds)) {
      fixture.mailbox.answerNext(() => {
        throw new Error('the provider is down')
      })
      await fixture.request(typed)
      await fixture.deliver()
      outcomes.push(await observe(fixture, typed))
      fixture.clock.advance(120)
    }
    expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome)))).toHaveLength(1)
  })

  it('refuses every kind of account at the limit, and queues nothing', async () => {
    const fixture = createRecoveryFixture(db)
    const kinds = await addressesOfEveryKind(fixture)
    for (let n = 1; n < 60; n++) await fixture.request('filler@example.com')
    const before = (await fixture.outbox()).length
    for (const typed of Object.values(kinds)) {
      expect(await refusalOf(fixture.request(typed))).toEqual({ code: 'too-many-requests', retryAfterSeconds: 900 })
    }
    expect(await fixture.outbox()).toHaveLength(before)
  })
})

it('requestReset with refuseWithinCooldown refuses a second request within the cooldown, for every kind of account', async () => {
  const fixture = createRecoveryFixture(db)
  const known = await fixture.account()
  const deactivated = await fixture.account({ active: false })
  for (const typed of [known.email, known.username, deactivated.email, 'new@example.com', 'new']) {
    const request = () =>
      requestReset(fixture.ctx(), { account: identifierSchema.parse(typed), refuseWithinCooldown: true })
    await request()
    expect(await refusalOf(request())).toEqual({ code: 'asked-too-soon', retryAfterSeconds: 60 })
  }
})

describe('the limit per client address', () => {
  it('allows 60 requests in 15 minutes, and the refusal says how long to wait', async () => {
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

  it('does not affect other addresses', async () => {
    const fixture = createRecoveryFixture(db, { policy: { rateLimitScale: 1 / 60 } })
    await fixture.request('a@example.com')
    expect(await refusalOf(fixture.request('b@example.com'))).toMatchObject({ code: 'too-many-requests' })
    await fixture.request('c@example.com', otherClient())
  })
})

describe('requestReset for a signed-in user', () => {
  it('sends the email to the address of the account and stores no identifier', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    await requestReset(fixture.ctx(), { accountId: account.id, email: account.email })
    expect(await fixture.outbox()).toMatchObject([{ identifier: null, accountId: account.id }])
    await fixture.deliver()
    expect(fixture.mailbox.to(account.email)).toHaveLength(1)
  })

  it('shares the cooldown with requests for the same email address', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    await fixture.mailedLink(account)
    await requestReset(fixture.ctx(), { accountId: account.id, email: account.email })
    await fixture.deliver()
    expect(fixture.mailbox.to(account.email)).toHaveLength(1)
  })
})

describe('requestReset under reveal', () => {
  const reveal = { disclosure: 'reveal' } as const

  it('says that an account is unknown, and sends no email', async () => {
    const fixture = createRecoveryFixture(db, { policy: reveal })
    const deactivated = await fixture.account({ active: false })
    for (const typed of ['unknown@example.com', 'unknown', deactivated.email, deactivated.username]) {
      expect(await refusalOf(fixture.request(typed))).toEqual({ code: 'account-unknown' })
    }
    await fixture.deliver()
    expect(fixture.mailbox.accepted).toEqual([])
  })

  it('counts requests for unknown accounts too', async () => {
    const fixture = createRecoveryFixture(db, { policy: { ...reveal, rateLimitScale: 2 / 60 } })
    const account = await fixture.account()
    for (const _ of [1, 2]) expect(await refusalOf(fixture.request('unknown'))).toEqual({ code: 'account-unknown' })
    for (const typed of ['unknown', account.email]) {
      expect(await refusalOf(fixture.request(typed))).toEqual({ code: 'too-many-requests', retryAfterSeconds: 900 })
    }
  })

  it('looks up no account for a network that was refused', async () => {
    const fixture = createRecoveryFixture(db, { policy: { ...reveal, rateLimitScale: 1 / 60 } })
    const { requester } = otherClient()
    const ctx = { db: recorded.db, requester, refusedNetworks: createRefusedNetworks() }
    for (const _ of [1, 2]) await fixture.request('unknown', ctx).catch(() => {})
    recorded.statements.length = 0
    const refusal = { code: 'too-many-requests', retryAfterSeconds: 900 }
    expect(await refusalOf(fixture.request('unknown', ctx))).toEqual(refusal)
    expect(recorded.statements).toEqual([])
  })

  it('says again within the cooldown that an account is unknown', async () => {
    const fixture = createRecoveryFixture(db, { policy: reveal })
    const account = identifierSchema.parse('unknown@example.com')
    for (const _ of [1, 2]) {
      const request = requestReset(fixture.ctx(), { account, refuseWithinCooldown: true })
      expect(await refusalOf(request)).toEqual({ code: 'account-unknown' })
    }
  })

  it('has one cooldown for the email address and the username of an account', async () => {
    const fixture = createRecoveryFixture(db, { policy: reveal })
    const { email, username } = await fixture.account()
    await fixture.request(username)
    for (const typed of [email, username]) {
      const request = requestReset(fixture.ctx(), {
        account: identifierSchema.parse(typed),
        refuseWithinCooldown: true,
      })
      expect(await refusalOf(request)).toEqual({ code: 'asked-too-soon', retryAfterSeconds: 60 })
    }
  })

  it('sends an email to a known account', async () => {
    const fixture = createRecoveryFixture(db, { policy: reveal })
    const account = await fixture.account()
    await fixture.request(account.username)
    await fixture.deliver()
    expect(fixture.mailbox.to(account.email)).toHaveLength(1)
  })
})

it('requestReset wakes the mail worker, but not for a refused request', async () => {
  const fixture = createRecoveryFixture(db, { policy: { rateLimitScale: 1 / 60 } })
  const wakeMailWorker = vi.fn()
  await fixture.request('unknown@example.com', { wakeMailWorker })
  await refusalOf(fixture.request('unknown@example.com', { wakeMailWorker }))
  expect(wakeMailWorker).toHaveBeenCalledOnce()
})
