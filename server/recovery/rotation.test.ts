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

const OLD_SECRET = 'the application secret of last year'
const NEW_SECRET = 'the application secret of this year'
const ROTATED: SecretRing = [NEW_SECRET, OLD_SECRET]

/** A fixture with an email whose first delivery failed with an unknown outcome. A retry is due. */
async function withUnsentEmail() {
  const fixture = createRecoveryFixture(db, { secrets: [OLD_SECRET] })
  const account = await fixture.account()
  fixture.mailbox.answerNext(() => ({ kind: 'retry', reason: 'connection reset' }))
  await fixture.request(account.email)
  await fixture.deliver()
  fixture.clock.advance(61)
  return { fixture, account, sentEmails: () => fixture.mailbox.calls.map((call) => call.emails) }
}

describe('after a new APP_SECRET was added in front of the old one', () => {
  it('a link of the old secret can be opened and used', async () => {
    const fixture = createRecoveryFixture(db, { secrets: [OLD_SECRET] })
    const link = await fixture.mailedLink(await fixture.account())
    fixture.secrets = ROTATED
    await openLink(fixture.ctx(), link)
    await resetPassword(fixture.ctx(), { secret: link, password: OTHER_PASSWORD })
  })

  it('a retry sends the same email under the same idempotency key', async () => {
    const { fixture, account, sentEmails } = await withUnsentEmail()
    fixture.secrets = ROTATED
    await fixture.deliver()
    const [first, second] = sentEmails()
    expect(second).toEqual(first)
    expect(fixture.mailbox.calls[1]?.key).toBe(fixture.mailbox.calls[0]?.key)
    await openLink(fixture.ctx(), { kind: 'link', token: tokenIn(fixture.mailbox.to(account.email)[0]) })
  })

  it('a new request uses the new secret', async () => {
    const fixture = createRecoveryFixture(db, { secrets: ROTATED })
    const link = await fixture.mailedLink(await fixture.account())
    fixture.secrets = [NEW_SECRET]
    await openLink(fixture.ctx(), link)
  })

  it('the cooldown still applies', async () => {
    const fixture = createRecoveryFixture(db, { secrets: [OLD_SECRET] })
    const account = await fixture.account()
    await fixture.mailedLink(account)
    fixture.secrets = ROTATED
    await fixture.request(account.email)
    await fixture.deliver()
    expect(fixture.mailbox.accepted).toHaveLength(1)
  })
})

describe('after the old APP_SECRET was removed', () => {
  it('a queued email fails with a reason, and the other emails of its batch are sent', async () => {
    const { fixture } = await withUnsentEmail()
    const other = await fixture.account()
    fixture.secrets = [NEW_SECRET]
    await fixture.request(other.email)
    await fixture.deliver()
    expect(await fixture.outbox()).toMatchObject([
      { status: 'failed', reason: expect.stringContaining('APP_SECRET') },
      { status: 'sent' },
    ])
    expect(fixture.mailbox.to(other.email)).toHaveLength(1)
  })
})
