import { describe, expect, it, vi } from 'vitest'
import { identifierSchema } from '@/server/core/schemas'
import { OTHER_PASSWORD } from '@/server/testing/accounts'
import { createTestDatabase } from '@/server/testing/database'
import { tokenIn } from '@/server/testing/emails'
import { APP_URL, createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { refusalOf } from '@/server/testing/refusal'
import { issueLink } from './issue-link'
import { openLink } from './open-link'
import { resetPassword } from './reset-password'

const { db } = await createTestDatabase()

type Fixture = ReturnType<typeof createRecoveryFixture>

const issue = (fixture: Fixture, typed: string, given?: Parameters<Fixture['ctx']>[0]) =>
  issueLink(fixture.ctx(given), { account: identifierSchema.parse(typed), form: 'v1', appUrl: APP_URL })

const secretIn = (link: string | null) => ({
  kind: 'link' as const,
  token: new URL(link as string).searchParams.get('token') as string,
})

describe('a link for a trusted back end', () => {
  it('works at once, and is the very link of the one mail that follows', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    const wakeMailWorker = vi.fn()
    const { link } = await issue(fixture, account.email, { wakeMailWorker })
    expect(link).toMatch(/^https:\/\/accounts\.example\.com\/reset-password\?token=[\w-]{43}$/)
    await openLink(fixture.ctx(), secretIn(link))
    expect(wakeMailWorker).toHaveBeenCalled()
    await fixture.deliver()
    await fixture.deliver()
    expect(fixture.mailbox.to(account.email).map(tokenIn)).toEqual([secretIn(link).token])
  })

  it('leaves nothing that was typed behind', async () => {
    const fixture = createRecoveryFixture(db)
    await issue(fixture, (await fixture.account()).username)
    await fixture.deliver()
    expect(await fixture.outbox()).toMatchObject([{ identifier: null, status: 'sent' }])
  })

  it('asked for again within the cooldown is the one on its way, and no second mail', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    const first = await issue(fixture, account.email)
    await fixture.deliver()
    fixture.clock.advance(30)
    expect(await issue(fixture, account.username)).toEqual(first)
    await fixture.deliver()
    expect(fixture.mailbox.to(account.email)).toHaveLength(1)
    fixture.clock.advance(30)
    const second = await issue(fixture, account.email)
    expect(second).not.toEqual(first)
    expect(await refusalOf(openLink(fixture.ctx(), secretIn(first.link)))).toEqual({ code: 'link-superseded' })
  })

  it('asked for again within the cooldown is none, where the last is spent', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    const { link } = await issue(fixture, account.email)
    await resetPassword(fixture.ctx(), { secret: secretIn(link), password: OTHER_PASSWORD })
    expect(await issue(fixture, account.email)).toEqual({ link: null })
  })

  it('is one for two who ask at once', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    const [one, other] = await Promise.all([issue(fixture, account.email), issue(fixture, account.username)])
    expect(one).toEqual(other)
    await fixture.deliver()
    expect(fixture.mailbox.to(account.email)).toHaveLength(1)
  })

  it('is mailed by the worker even if this process dies before it could', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    // What is left behind when the process dies after it has asked: a row held back for ten seconds.
    await issue(fixture, account.email, {
      wakeMailWorker() {
        throw new Error('the process died')
      },
    }).catch(() => {})
    await fixture.deliver()
    expect(fixture.mailbox.to(account.email)).toEqual([])
    fixture.clock.advance(10)
    await fixture.deliver()
    expect(fixture.mailbox.to(account.email)).toHaveLength(1)
  })

  it('for an unknown or deactivated account is refused, under conceal too, and nobody is mailed', async () => {
    const fixture = createRecoveryFixture(db)
    const deactivated = await fixture.account({ deactivatedAt: fixture.clock.now() })
    for (const typed of ['nobody@example.com', deactivated.email]) {
      expect(await refusalOf(issue(fixture, typed))).toEqual({ code: 'account-unknown' })
    }
    fixture.clock.advance(10)
    await fixture.deliver()
    expect(fixture.mailbox.accepted).toEqual([])
    expect(await fixture.outbox()).toMatchObject([{ status: 'ignored', identifier: null }, { status: 'ignored' }])
  })

  it('is limited like every request', async () => {
    const fixture = createRecoveryFixture(db, { policy: { rateLimitScale: 1 / 60 } })
    const account = await fixture.account()
    await issue(fixture, account.email)
    expect(await refusalOf(issue(fixture, account.email))).toEqual({
      code: 'too-many-requests',
      retryAfterSeconds: 900,
    })
  })
})
