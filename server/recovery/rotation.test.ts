import { beforeEach, describe, expect, it } from 'vitest'
import type { SecretRing } from '@/server/core/secrets'
import { mailOutbox } from '@/server/db/schema'
import { OTHER_PASSWORD } from '@/server/testing/accounts'
import { createTestDatabase } from '@/server/testing/database'
import { tokenIn } from '@/server/testing/emails'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { openLink } from './open-link'
import { resetPassword } from './reset-password'

const { db } = await createTestDatabase()
beforeEach(() => db.delete(mailOutbox))

const OLD = 'the application secret of last year'
const NEW = 'the application secret of this year'
const ROTATED: SecretRing = [NEW, OLD]

/** A fixture whose first try to mail an account fails with an unknown outcome. */
async function withUnsentMail() {
  const fixture = createRecoveryFixture(db, { secrets: [OLD] })
  const account = await fixture.account()
  fixture.mailbox.answerNext(() => ({ kind: 'retry', reason: 'connection reset' }))
  await fixture.request(account.email)
  await fixture.deliver()
  fixture.clock.advance(61)
  return { fixture, account, mails: () => fixture.mailbox.calls.map((call) => call.emails) }
}

describe('after a new APP_SECRET was put in front', () => {
  it('a link made under the old one opens and redeems', async () => {
    const fixture = createRecoveryFixture(db, { secrets: [OLD] })
    const link = await fixture.mailedLink(await fixture.account())
    fixture.secrets = ROTATED
    await openLink(fixture.ctx(), link)
    await resetPassword(fixture.ctx(), { secret: link, password: OTHER_PASSWORD })
  })

  it('a queued retry says the same to the byte, under the same key', async () => {
    const { fixture, account, mails } = await withUnsentMail()
    fixture.secrets = ROTATED
    await fixture.deliver()
    const [first, second] = mails()
    expect(second).toEqual(first)
    expect(fixture.mailbox.calls[1]?.key).toBe(fixture.mailbox.calls[0]?.key)
    await openLink(fixture.ctx(), { kind: 'link', token: tokenIn(fixture.mailbox.to(account.email)[0]) })
  })

  it('a new request is made with the new one', async () => {
    const fixture = createRecoveryFixture(db, { secrets: ROTATED })
    const link = await fixture.mailedLink(await fixture.account())
    fixture.secrets = [NEW]
    await openLink(fixture.ctx(), link)
  })

  it('the cooldown still knows an account again', async () => {
    const fixture = createRecoveryFixture(db, { secrets: [OLD] })
    const account = await fixture.account()
    await fixture.mailedLink(account)
    fixture.secrets = ROTATED
    await fixture.request(account.email)
    await fixture.deliver()
    expect(fixture.mailbox.accepted).toHaveLength(1)
  })
})

describe('after the old APP_SECRET was taken away', () => {
  it('a queued mail fails with the reason, and leaves those beside it alone', async () => {
    const { fixture } = await withUnsentMail()
    const other = await fixture.account()
    fixture.secrets = [NEW]
    await fixture.request(other.email)
    await fixture.deliver()
    expect(await fixture.outbox()).toMatchObject([
      { status: 'failed', reason: expect.stringContaining('APP_SECRET') },
      { status: 'sent' },
    ])
    expect(fixture.mailbox.to(other.email)).toHaveLength(1)
  })
})
