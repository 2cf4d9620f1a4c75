import { eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { identifierSchema } from '@/server/core/schemas'
import { sessions, users } from '@/server/db/schema'
import { createTestDatabase } from '@/server/testing/database'
import { createWorld, PASSWORD } from '@/server/testing/factories'
import { endSessions, findSession, listSessions, newSessionToken, SESSION_TTL_SECONDS } from './sessions'
import { signIn } from './sign-in'

const { db } = await createTestDatabase()

type World = ReturnType<typeof createWorld>

async function signedIn(world: World, account: { email: string }) {
  const { token } = await signIn(world.ctx(), { account: identifierSchema.parse(account.email), password: PASSWORD })
  const session = await findSession(world.ctx(), token)
  return { token, id: session?.sessionId as string }
}

const withSession = async () => {
  const world = createWorld(db)
  const account = await world.account()
  return { world, account, ...(await signedIn(world, account)) }
}

const lastSeen = async (id: string) => (await db.select().from(sessions).where(eq(sessions.id, id)))[0]?.lastSeenAt

describe('a session', () => {
  it('lives thirty days, to the second', async () => {
    const { world, token } = await withSession()
    expect(SESSION_TTL_SECONDS).toBe(30 * 24 * 3600)
    world.clock.advance(SESSION_TTL_SECONDS - 1)
    expect(await findSession(world.ctx(), token)).not.toBeNull()
    world.clock.advance(1)
    expect(await findSession(world.ctx(), token)).toBeNull()
  })

  it('is dead under a newer password, an inactive account and no account', async () => {
    for (const change of [{ passwordVersion: 2 }, { deactivatedAt: new Date() }]) {
      const { world, account, token } = await withSession()
      await db.update(users).set(change).where(eq(users.id, account.id))
      expect(await findSession(world.ctx(), token)).toBeNull()
    }
    const { world, account, token } = await withSession()
    await db.delete(users).where(eq(users.id, account.id))
    expect(await findSession(world.ctx(), token)).toBeNull()
  })

  it('shows what its account is called now', async () => {
    const { world, account, token } = await withSession()
    await db.update(users).set({ fullName: 'Grace Example' }).where(eq(users.id, account.id))
    expect(await findSession(world.ctx(), token)).toMatchObject({
      userId: account.id,
      email: account.email,
      fullName: 'Grace Example',
    })
  })

  it('is found by its whole token alone', async () => {
    const { world, token, id } = await withSession()
    const others = [
      '',
      'null',
      token.slice(1),
      `${token}A`,
      ` ${token}`,
      token.toLowerCase(),
      id,
      newSessionToken(),
      'A'.repeat(2 ** 20),
    ]
    for (const other of others) expect(await findSession(world.ctx(), other)).toBeNull()
  })
})

describe('when a session was last seen', () => {
  it('is written no more than every five minutes', async () => {
    const { world, token, id } = await withSession()
    const start = world.clock.now()
    world.clock.advance(300)
    await findSession(world.ctx(), token)
    expect(await lastSeen(id)).toEqual(start)
    world.clock.advance(1)
    await findSession(world.ctx(), token)
    const seen = world.clock.now()
    expect(await lastSeen(id)).toEqual(seen)
    world.clock.advance(200)
    await findSession(world.ctx(), token)
    expect(await lastSeen(id)).toEqual(seen)
  })

  it('never lengthens its life', async () => {
    const { world, token } = await withSession()
    for (let day = 0; day < 30; day++) {
      expect(await findSession(world.ctx(), token)).not.toBeNull()
      world.clock.advance(24 * 3600)
    }
    expect(await findSession(world.ctx(), token)).toBeNull()
  })
})

describe('the list of sessions', () => {
  it('shows the live ones of the account, the last used first', async () => {
    const { world, account, token, id } = await withSession()
    const started = world.clock.now()
    world.clock.advance(60)
    const second = await signedIn(world, account)
    await signedIn(world, await world.account())
    world.clock.advance(600)
    await findSession(world.ctx(), token)
    expect(await listSessions(world.ctx(), account.id)).toEqual([
      { id, device: 'Firefox on Windows', createdAt: started, lastSeenAt: world.clock.now() },
      expect.objectContaining({ id: second.id }),
    ])
  })

  it('leaves out what has expired or was made under an older password', async () => {
    const { world, account } = await withSession()
    await db.update(users).set({ passwordVersion: 2 }).where(eq(users.id, account.id))
    const live = await signedIn(world, account)
    expect((await listSessions(world.ctx(), account.id)).map((session) => session.id)).toEqual([live.id])
    world.clock.advance(SESSION_TTL_SECONDS)
    expect(await listSessions(world.ctx(), account.id)).toEqual([])
  })
})

describe('ending sessions', () => {
  const livingOf = async (world: World, account: { id: string }) =>
    (await listSessions(world.ctx(), account.id)).map((session) => session.id).sort()

  it('ends one, all but one, or all, and says how many', async () => {
    const { world, account, id } = await withSession()
    const [second, third] = [await signedIn(world, account), await signedIn(world, account)]
    expect(await endSessions(world.ctx(), account.id, { only: second.id })).toBe(1)
    expect(await findSession(world.ctx(), second.token)).toBeNull()
    expect(await livingOf(world, account)).toEqual([id, third.id].sort())
    expect(await endSessions(world.ctx(), account.id, { allBut: third.id })).toBe(1)
    expect(await livingOf(world, account)).toEqual([third.id])
    expect(await endSessions(world.ctx(), account.id, { all: true })).toBe(1)
    expect(await livingOf(world, account)).toEqual([])
  })

  it('never ends a session of another account', async () => {
    const { world, account, id } = await withSession()
    const stranger = await world.account()
    const theirs = await signedIn(world, stranger)
    expect(await endSessions(world.ctx(), stranger.id, { only: id })).toBe(0)
    await endSessions(world.ctx(), stranger.id, { allBut: theirs.id })
    await endSessions(world.ctx(), stranger.id, { all: true })
    expect(await livingOf(world, account)).toEqual([id])
  })

  it('is written down once, and only when something ended', async () => {
    const { world, account, id } = await withSession()
    await signedIn(world, account)
    world.clock.advance(1)
    await endSessions(world.ctx(), account.id, { all: true })
    await endSessions(world.ctx(), account.id, { only: id })
    expect(await world.eventsOf(account)).toEqual(['sessions-ended', 'signed-in', 'signed-in'])
  })
})
