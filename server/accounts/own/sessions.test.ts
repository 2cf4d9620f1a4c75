import { eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { identifierSchema } from '@/server/core/schemas'
import { sessions, users } from '@/server/db/schema'
import { PASSWORD } from '@/server/testing/accounts'
import { START } from '@/server/testing/clock'
import { createTestDatabase } from '@/server/testing/database'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { endSessions } from './end-sessions'
import { findSession } from './find-session'
import { listSessions } from './list-sessions'
import { newSessionToken, SESSION_TTL_SECONDS } from './sessions'
import { signIn } from './sign-in'

const { db } = await createTestDatabase()

type Fixture = ReturnType<typeof createRecoveryFixture>

async function signedIn(fixture: Fixture, account: { email: string }) {
  const { token } = await signIn(fixture.ctx(), { account: identifierSchema.parse(account.email), password: PASSWORD })
  const session = await findSession(fixture.ctx(), token)
  return { token, id: session?.sessionId as string }
}

const withSession = async () => {
  const fixture = createRecoveryFixture(db)
  const account = await fixture.account()
  return { fixture, account, ...(await signedIn(fixture, account)) }
}

const lastSeenAt = async (id: string) => (await db.select().from(sessions).where(eq(sessions.id, id)))[0]?.lastSeenAt

describe('findSession', () => {
  it('finds a session for exactly thirty days', async () => {
    const { fixture, token } = await withSession()
    expect(SESSION_TTL_SECONDS).toBe(30 * 24 * 3600)
    fixture.clock.advance(SESSION_TTL_SECONDS - 1)
    expect(await findSession(fixture.ctx(), token)).not.toBeNull()
    fixture.clock.advance(1)
    expect(await findSession(fixture.ctx(), token)).toBeNull()
  })

  it('returns null after a password change and for a deactivated or deleted account', async () => {
    for (const change of [{ passwordVersion: 2 }, { deactivatedAt: START }]) {
      const { fixture, account, token } = await withSession()
      await db.update(users).set(change).where(eq(users.id, account.id))
      expect(await findSession(fixture.ctx(), token)).toBeNull()
    }
    const { fixture, account, token } = await withSession()
    await db.delete(users).where(eq(users.id, account.id))
    expect(await findSession(fixture.ctx(), token)).toBeNull()
  })

  it('returns the current name of the account', async () => {
    const { fixture, account, token } = await withSession()
    await db.update(users).set({ fullName: 'Grace Example' }).where(eq(users.id, account.id))
    expect(await findSession(fixture.ctx(), token)).toMatchObject({
      accountId: account.id,
      email: account.email,
      fullName: 'Grace Example',
    })
  })

  it('accepts nothing but the exact token', async () => {
    const { fixture, token, id } = await withSession()
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
    for (const other of others) expect(await findSession(fixture.ctx(), other)).toBeNull()
  })
})

describe('lastSeenAt', () => {
  it('is updated at most every five minutes', async () => {
    const { fixture, token, id } = await withSession()
    const start = fixture.clock.now()
    fixture.clock.advance(300)
    await findSession(fixture.ctx(), token)
    expect(await lastSeenAt(id)).toEqual(start)
    fixture.clock.advance(1)
    await findSession(fixture.ctx(), token)
    const seen = fixture.clock.now()
    expect(await lastSeenAt(id)).toEqual(seen)
    fixture.clock.advance(200)
    await findSession(fixture.ctx(), token)
    expect(await lastSeenAt(id)).toEqual(seen)
  })

  it('does not extend the lifetime of the session', async () => {
    const { fixture, token } = await withSession()
    for (let day = 0; day < 30; day++) {
      expect(await findSession(fixture.ctx(), token)).not.toBeNull()
      fixture.clock.advance(24 * 3600)
    }
    expect(await findSession(fixture.ctx(), token)).toBeNull()
  })
})

describe('listSessions', () => {
  it('lists the live sessions of the account, the most recently used first', async () => {
    const { fixture, account, token, id } = await withSession()
    const started = fixture.clock.now()
    fixture.clock.advance(60)
    const second = await signedIn(fixture, account)
    await signedIn(fixture, await fixture.account())
    fixture.clock.advance(600)
    await findSession(fixture.ctx(), token)
    expect(await listSessions(fixture.ctx(), account.id)).toEqual([
      { id, device: 'Firefox on Windows', createdAt: started, lastSeenAt: fixture.clock.now() },
      expect.objectContaining({ id: second.id }),
    ])
  })

  it('omits expired sessions and those from before a password change', async () => {
    const { fixture, account } = await withSession()
    await db.update(users).set({ passwordVersion: 2 }).where(eq(users.id, account.id))
    const live = await signedIn(fixture, account)
    expect((await listSessions(fixture.ctx(), account.id)).map((session) => session.id)).toEqual([live.id])
    fixture.clock.advance(SESSION_TTL_SECONDS)
    expect(await listSessions(fixture.ctx(), account.id)).toEqual([])
  })
})

describe('endSessions', () => {
  const liveSessionsOf = async (fixture: Fixture, account: { id: string }) =>
    (await listSessions(fixture.ctx(), account.id)).map((session) => session.id).sort()

  it('ends one session, all but one, or all, and returns how many it ended', async () => {
    const { fixture, account, id } = await withSession()
    const [second, third] = [await signedIn(fixture, account), await signedIn(fixture, account)]
    expect(await endSessions(fixture.ctx(), account.id, { only: second.id })).toBe(1)
    expect(await findSession(fixture.ctx(), second.token)).toBeNull()
    expect(await liveSessionsOf(fixture, account)).toEqual([id, third.id].sort())
    expect(await endSessions(fixture.ctx(), account.id, { allBut: third.id })).toBe(1)
    expect(await liveSessionsOf(fixture, account)).toEqual([third.id])
    expect(await endSessions(fixture.ctx(), account.id, { all: true })).toBe(1)
    expect(await liveSessionsOf(fixture, account)).toEqual([])
  })

  it('never ends a session of another account', async () => {
    const { fixture, account, id } = await withSession()
    const other = await fixture.account()
    const othersSession = await signedIn(fixture, other)
    expect(await endSessions(fixture.ctx(), other.id, { only: id })).toBe(0)
    await endSessions(fixture.ctx(), other.id, { allBut: othersSession.id })
    await endSessions(fixture.ctx(), other.id, { all: true })
    expect(await liveSessionsOf(fixture, account)).toEqual([id])
  })

  it('adds one audit event, and none if no session ended', async () => {
    const { fixture, account, id } = await withSession()
    await signedIn(fixture, account)
    fixture.clock.advance(1)
    await endSessions(fixture.ctx(), account.id, { all: true })
    await endSessions(fixture.ctx(), account.id, { only: id })
    expect(await fixture.eventsOf(account)).toEqual(['sessions-ended', 'signed-in', 'signed-in'])
  })
})
