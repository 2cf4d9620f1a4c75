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

describe('issueLink', () => {
  it('returns a link that works at once and sends the same link in one email', async () => {
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

  it('deletes the identifier that was typed', async () => {
    const fixture = createRecoveryFixture(db)
    await issue(fixture, (await fixture.account()).username)
    await fixture.deliver()
    expect(await fixture.outbox()).toMatchObject([{ identifier: null, status: 'sent' }])
  })

  it('returns the same link within the cooldown and sends no second email', async () => {
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

  it('returns no link within the cooldown if the last one was used', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    const { link } = await issue(fixture, account.email)
    await resetPassword(fixture.ctx(), { secret: secretIn(link), password: OTHER_PASSWORD })
    expect(await issue(fixture, account.email)).toEqual({ link: null })
  })

  it('returns the newest link while an older one is kept for a reset in progress', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    const first = await issue(fixture, account.email)
    await openLink(fixture.ctx(), secretIn(first.link))
    fixture.clock.advance(60)
    const second = await issue(fixture, account.email)
    expect(second.link).not.toBe(first.link)
    expect(await issue(fixture, account.email)).toEqual(second)
  })

  it('returns the same link to two calls at the same time', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    const [one, other] = await Promise.all([issue(fixture, account.email), issue(fixture, account.username)])
    expect(one).toEqual(other)
    await fixture.deliver()
    expect(fixture.mailbox.to(account.email)).toHaveLength(1)
  })

  it('leaves the email to the worker if the process dies before it is composed', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    // The process dies after the first statement. It leaves a row that is due in ten seconds.
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

  it('refuses unknown and deactivated accounts, also under conceal, and sends no email', async () => {
    const fixture = createRecoveryFixture(db)
    const deactivated = await fixture.account({ active: false })
    for (const typed of ['unknown@example.com', deactivated.email]) {
      expect(await refusalOf(issue(fixture, typed))).toEqual({ code: 'account-unknown' })
    }
    fixture.clock.advance(10)
    await fixture.deliver()
    expect(fixture.mailbox.accepted).toEqual([])
    expect(await fixture.outbox()).toMatchObject([{ status: 'ignored', identifier: null }, { status: 'ignored' }])
  })

  it('counts against the limit of reset requests', async () => {
    const fixture = createRecoveryFixture(db, { policy: { rateLimitScale: 1 / 60 } })
    const account = await fixture.account()
    await issue(fixture, account.email)
    expect(await refusalOf(issue(fixture, account.email))).toEqual({
      code: 'too-many-requests',
      retryAfterSeconds: 900,
    })
  })
})
