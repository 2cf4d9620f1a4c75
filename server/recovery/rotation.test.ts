import { beforeEach, describe, expect, it } from 'vitest'
import type { SecretRing } from '@/server/core/secrets'
import { mailOutbox } from '@/server/db/schema'
import { createTestDatabase } from '@/server/testing/database'
import { createWorld, OTHER_PASSWORD, tokenIn } from '@/server/testing/factories'
import { openLink } from './open-link'
import { resetPassword } from './reset-password'

const { db } = await createTestDatabase()
beforeEach(() => db.delete(mailOutbox))

const OLD = 'the application secret of last year'
const NEW = 'the application secret of this year'
const ROTATED: SecretRing = [NEW, OLD]

/** A world whose first try to mail an account fails with an unknown outcome. */
async function withUnsentMail() {
  const world = createWorld(db, { secrets: [OLD] })
  const account = await world.account()
  world.mailbox.answerNext(() => ({ kind: 'retry', reason: 'connection reset' }))
  await world.request(account.email)
  await world.deliver()
  world.clock.advance(61)
  return { world, account, mails: () => world.mailbox.calls.map((call) => call.mails) }
}

describe('after a new APP_SECRET was put in front', () => {
  it('a link made under the old one opens and redeems', async () => {
    const world = createWorld(db, { secrets: [OLD] })
    const link = await world.mailedLink(await world.account())
    world.secrets = ROTATED
    await openLink(world.ctx(), link)
    await resetPassword(world.ctx(), { secret: link, password: OTHER_PASSWORD })
  })

  it('a queued retry says the same to the byte, under the same key', async () => {
    const { world, account, mails } = await withUnsentMail()
    world.secrets = ROTATED
    await world.deliver()
    const [first, second] = mails()
    expect(second).toEqual(first)
    expect(world.mailbox.calls[1]?.key).toBe(world.mailbox.calls[0]?.key)
    await openLink(world.ctx(), { kind: 'link', token: tokenIn(world.mailbox.to(account.email)[0]) })
  })

  it('a new request is made with the new one', async () => {
    const world = createWorld(db, { secrets: ROTATED })
    const link = await world.mailedLink(await world.account())
    world.secrets = [NEW]
    await openLink(world.ctx(), link)
  })

  it('the cooldown still knows an account again', async () => {
    const world = createWorld(db, { secrets: [OLD] })
    const account = await world.account()
    await world.mailedLink(account)
    world.secrets = ROTATED
    await world.request(account.email)
    await world.deliver()
    expect(world.mailbox.accepted).toHaveLength(1)
  })
})

describe('after the old APP_SECRET was taken away', () => {
  it('a queued mail fails with the reason, and leaves those beside it alone', async () => {
    const { world } = await withUnsentMail()
    const other = await world.account()
    world.secrets = [NEW]
    await world.request(other.email)
    await world.deliver()
    expect(await world.outbox()).toMatchObject([
      { status: 'failed', reason: expect.stringContaining('APP_SECRET') },
      { status: 'sent' },
    ])
    expect(world.mailbox.to(other.email)).toHaveLength(1)
  })
})
