import { beforeEach, describe, expect, it } from 'vitest'
import { mailOutbox } from '@/server/db/schema'
import { createTestDatabase } from '@/server/testing/database'
import { createDeliveryFixture } from '@/server/testing/delivery-fixture'

const { db } = await createTestDatabase()
beforeEach(() => db.delete(mailOutbox))

const rows = () => db.select().from(mailOutbox).orderBy(mailOutbox.createdAt)
const sentTo = (fixture: ReturnType<typeof createDeliveryFixture>['fixture']) =>
  fixture.mailbox.accepted.map((email) => email.to)

describe('a row that cannot be composed', () => {
  it('is left out of its batch, and is sent when its composer works again', async () => {
    const { fixture, worker, compose, request } = createDeliveryFixture(db)
    const addresses = await request(5)
    let broken = (await rows())[2]?.id
    const theWorker = worker({
      compose: async (batch, now) => {
        if (batch.some((email) => email.id === broken)) throw new TypeError('a template is broken')
        return compose(batch, now)
      },
    })
    await theWorker.drain()
    expect(sentTo(fixture)).toEqual(addresses.filter((_, at) => at !== 2))
    expect(await rows()).toMatchObject([{}, {}, { status: 'queued', reason: 'not composed: TypeError' }, {}, {}])
    broken = undefined
    fixture.clock.advance(2)
    await theWorker.drain()
    expect(sentTo(fixture).sort()).toEqual([...addresses].sort())
    expect(new Set(fixture.mailbox.calls.map((call) => call.key)).size).toBe(2)
  })

  it('fails after an hour, with the reason', async () => {
    const { fixture, worker, request } = createDeliveryFixture(db)
    await request(1)
    const theWorker = worker({ compose: () => Promise.reject(new TypeError('a template is broken')) })
    for (let n = 0; n < 64; n++) {
      await theWorker.drain()
      fixture.clock.advance(60)
    }
    expect(await rows()).toMatchObject([{ status: 'failed', reason: 'not composed: TypeError', identifier: null }])
  })

  it('stays in its batch when the database, not the composer, has failed', async () => {
    const { fixture, worker, compose, request } = createDeliveryFixture(db)
    const addresses = await request(3)
    let down = true
    const theWorker = worker({
      compose: async (batch, now) => {
        if (down) throw Object.assign(new Error('write CONNECTION_CLOSED'), { code: 'CONNECTION_CLOSED' })
        return compose(batch, now)
      },
    })
    await theWorker.drain()
    expect(new Set((await rows()).map((row) => row.status))).toEqual(new Set(['sending']))
    down = false
    fixture.clock.advance(2)
    await theWorker.drain()
    expect(fixture.mailbox.calls.map((call) => call.emails.map((email) => email.to))).toEqual([addresses])
  })
})
