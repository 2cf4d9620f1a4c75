import { describe, expect, it } from 'vitest'
import { newClientNetworks } from '@/server/testing/client-address'
import { createTestDatabase } from '@/server/testing/database'
import { tokenIn } from '@/server/testing/emails'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { refusalOf } from '@/server/testing/refusal'
import { openLink } from './open-link'

const { db } = await createTestDatabase()

type Fixture = ReturnType<typeof createRecoveryFixture>

describe('the cooldown', () => {
  it('is one for the email address and the username, in upper and lower case', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    for (const typed of [
      account.email,
      account.email.toUpperCase(),
      account.username,
      account.username.toUpperCase(),
    ]) {
      await fixture.request(typed)
      await fixture.deliver()
    }
    expect(fixture.mailbox.accepted).toHaveLength(1)
  })

  it('applies within one batch: only the first request is answered', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    const first = await fixture.request(account.email)
    fixture.clock.advance(1)
    await fixture.request(account.username)
    await fixture.deliver()
    expect(fixture.mailbox.accepted.map((email) => email.id)).toEqual([first.id])
    expect(fixture.logLines.filter((line) => JSON.parse(line).level >= 40)).toEqual([])
  })

  it('does not invalidate the first link when it ignores a second request', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    const first = await fixture.mailedLink(account)
    fixture.clock.advance(59)
    await fixture.request(account.email)
    await fixture.deliver()
    expect(fixture.mailbox.accepted).toHaveLength(1)
    await openLink(fixture.ctx(), first)
  })

  it('ends after exactly sixty seconds; then a newer link replaces the older one', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    const older = await fixture.mailedLink(account)
    fixture.clock.advance(60)
    const newer = await fixture.mailedLink(account)
    expect(fixture.mailbox.accepted).toHaveLength(2)
    expect(await refusalOf(openLink(fixture.ctx(), older))).toEqual({ code: 'link-superseded' })
    await openLink(fixture.ctx(), newer)
  })

  it('does not affect other accounts', async () => {
    const fixture = createRecoveryFixture(db)
    const [one, other] = [await fixture.account(), await fixture.account()]
    const link = await fixture.mailedLink(one)
    await fixture.mailedLink(other)
    await openLink(fixture.ctx(), link)
  })
})

describe('the limit of emails per account', () => {
  /** Requests a reset once a minute, each time from another address. */
  const requestEveryMinute = async (fixture: Fixture, account: { email: string }, times: number) => {
    for (let n = 0; n < times; n++) {
      await fixture.request(account.email, {
        requester: { networks: newClientNetworks(), device: null, requestId: `${n}` },
      })
      await fixture.deliver()
      fixture.clock.advance(60)
    }
  }

  it('allows five emails a day and keeps the last link valid', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    await requestEveryMinute(fixture, account, 15)
    expect(fixture.mailbox.to(account.email)).toHaveLength(5)
    await openLink(fixture.ctx(), { kind: 'link', token: tokenIn(fixture.mailbox.to(account.email).at(-1)) })
  })
})
