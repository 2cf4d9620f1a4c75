import { describe, expect, it, vi } from 'vitest'
import { identifierSchema } from '@/server/core/schemas'
import { createTestDatabase } from '@/server/testing/database'
import { APP_URL, createWorld, OTHER_PASSWORD, refusalOf, tokenIn } from '@/server/testing/factories'
import { issueLink } from './issue-link'
import { openLink } from './open-link'
import { resetPassword } from './reset-password'

const { db } = await createTestDatabase()

type World = ReturnType<typeof createWorld>

const issue = (world: World, typed: string, given?: Parameters<World['ctx']>[0]) =>
  issueLink(world.ctx(given), { account: identifierSchema.parse(typed), form: 'v1', appUrl: APP_URL })

const secretIn = (link: string | null) => ({
  kind: 'link' as const,
  token: new URL(link as string).searchParams.get('token') as string,
})

describe('a link for a trusted back end', () => {
  it('works at once, and is the very link of the one mail that follows', async () => {
    const world = createWorld(db)
    const account = await world.account()
    const wakeMailWorker = vi.fn()
    const { link } = await issue(world, account.email, { wakeMailWorker })
    expect(link).toMatch(/^https:\/\/accounts\.example\.com\/reset-password\?token=[\w-]{43}$/)
    await openLink(world.ctx(), secretIn(link))
    expect(wakeMailWorker).toHaveBeenCalled()
    await world.deliver()
    await world.deliver()
    expect(world.mailbox.to(account.email).map(tokenIn)).toEqual([secretIn(link).token])
  })

  it('leaves nothing that was typed behind', async () => {
    const world = createWorld(db)
    await issue(world, (await world.account()).username)
    await world.deliver()
    expect(await world.outbox()).toMatchObject([{ identifier: null, status: 'sent' }])
  })

  it('asked for again within the cooldown is the one on its way, and no second mail', async () => {
    const world = createWorld(db)
    const account = await world.account()
    const first = await issue(world, account.email)
    await world.deliver()
    world.clock.advance(30)
    expect(await issue(world, account.username)).toEqual(first)
    await world.deliver()
    expect(world.mailbox.to(account.email)).toHaveLength(1)
    world.clock.advance(30)
    const second = await issue(world, account.email)
    expect(second).not.toEqual(first)
    expect(await refusalOf(openLink(world.ctx(), secretIn(first.link)))).toEqual({ code: 'link-superseded' })
  })

  it('asked for again within the cooldown is none, where the last is spent', async () => {
    const world = createWorld(db)
    const account = await world.account()
    const { link } = await issue(world, account.email)
    await resetPassword(world.ctx(), { secret: secretIn(link), password: OTHER_PASSWORD })
    expect(await issue(world, account.email)).toEqual({ link: null })
  })

  it('is one for two who ask at once', async () => {
    const world = createWorld(db)
    const account = await world.account()
    const [one, other] = await Promise.all([issue(world, account.email), issue(world, account.username)])
    expect(one).toEqual(other)
    await world.deliver()
    expect(world.mailbox.to(account.email)).toHaveLength(1)
  })

  it('is mailed by the worker even if this process dies before it could', async () => {
    const world = createWorld(db)
    const account = await world.account()
    // What is left behind when the process dies after it has asked: a row held back for ten seconds.
    await issue(world, account.email, {
      wakeMailWorker() {
        throw new Error('the process died')
      },
    }).catch(() => {})
    await world.deliver()
    expect(world.mailbox.to(account.email)).toEqual([])
    world.clock.advance(10)
    await world.deliver()
    expect(world.mailbox.to(account.email)).toHaveLength(1)
  })

  it('for an unknown or deactivated account is refused, under conceal too, and nobody is mailed', async () => {
    const world = createWorld(db)
    const deactivated = await world.account({ deactivatedAt: world.clock.now() })
    for (const typed of ['nobody@example.com', deactivated.email]) {
      expect(await refusalOf(issue(world, typed))).toEqual({ code: 'account-unknown' })
    }
    world.clock.advance(10)
    await world.deliver()
    expect(world.mailbox.accepted).toEqual([])
    expect(await world.outbox()).toMatchObject([{ status: 'ignored', identifier: null }, { status: 'ignored' }])
  })

  it('is limited like every request', async () => {
    const world = createWorld(db, { policy: { rateLimitScale: 1 / 60 } })
    const account = await world.account()
    await issue(world, account.email)
    expect(await refusalOf(issue(world, account.email))).toEqual({ code: 'too-many-requests', retryAfterSeconds: 900 })
  })
})
