import { describe, expect, it } from 'vitest'
import { changeAccount, OTHER_PASSWORD, type TestAccount } from '@/server/testing/accounts'
import { otherClient } from '@/server/testing/code-fixture'
import { createTestDatabase } from '@/server/testing/database'
import { tokenIn } from '@/server/testing/emails'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { resetPassword } from './reset-password'

const { db } = await createTestDatabase()

const DAY = 24 * 3600
/** How long a stranger asks, in seconds. */
const LONG = process.env.TEST_ALL ? 7200 : 1200

type Fixture = ReturnType<typeof createRecoveryFixture>

/** A stranger asks for emails for as long as `seconds`, once a minute. */
async function bomb(fixture: Fixture, account: TestAccount, seconds: number) {
  for (let at = 0; at < seconds; at += 60) {
    await fixture.request(account.email, otherClient())
    await fixture.deliver()
    fixture.clock.advance(60)
  }
}

const newestLink = (fixture: Fixture, account: TestAccount) => ({
  kind: 'link' as const,
  token: tokenIn(fixture.mailbox.to(account.email).at(-1)),
})

const redeem = (fixture: Fixture, account: TestAccount, password = OTHER_PASSWORD) =>
  resetPassword(fixture.ctx(otherClient()), { secret: newestLink(fixture, account), password })

describe('reset emails to one account', () => {
  it('are at most five in 24 hours, however many are asked for', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    await bomb(fixture, account, LONG)
    fixture.clock.advance(DAY - LONG - 60)
    await fixture.request(account.email, otherClient())
    await fixture.deliver()
    expect(fixture.mailbox.to(account.email)).toHaveLength(5)
  })

  it('keep the owner a way in: the link of the last one works until more are sent', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    await bomb(fixture, account, 600)
    expect(fixture.mailbox.to(account.email).at(-1)?.text).toContain('24 hours')
    fixture.clock.advance(DAY - 1200)
    await redeem(fixture, account)
  })

  it('are sent again once the owner has completed a reset', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    await bomb(fixture, account, 600)
    await redeem(fixture, account)
    await fixture.deliver()
    fixture.clock.advance(1)
    const before = fixture.mailbox.to(account.email).length
    await bomb(fixture, account, 600)
    expect(fixture.mailbox.to(account.email)).toHaveLength(before + 5)
  })

  it('are sent when no link of theirs works any more', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    await bomb(fixture, account, 600)
    const email = `new-${account.email}`
    await changeAccount(db, account, { email })
    await fixture.request(email, otherClient())
    await fixture.deliver()
    expect(fixture.mailbox.to(email)).toHaveLength(1)
    await redeem(fixture, { ...account, email })
  })

  it('do not count when the provider refused them for good', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    const refuse = (emails: { id: string }[]) => ({
      kind: 'settled' as const,
      outcomes: emails.map(() => ({ accepted: false as const, reason: 'refused' })),
    })
    fixture.mailbox.answerNext(refuse, refuse, refuse, refuse, refuse)
    await bomb(fixture, account, 300)
    expect(fixture.mailbox.to(account.email)).toHaveLength(0)
    await bomb(fixture, account, 60)
    expect(fixture.mailbox.to(account.email)).toHaveLength(1)
    await redeem(fixture, account)
  })
})
