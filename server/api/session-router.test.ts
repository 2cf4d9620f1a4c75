import { verify } from '@node-rs/argon2'
import { sql } from 'drizzle-orm'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { mailOutbox, mailSuppressions } from '@/server/db/schema'
import { addTestAccount, countSessions, OTHER_PASSWORD } from '@/server/testing/accounts'
import { API_SECRET, createApiClient, JSON_TYPE, stubApiEnvironment } from '@/server/testing/api-client'
import { createTestDatabase } from '@/server/testing/database'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'

vi.mock('@node-rs/argon2', { spy: true })

// A held sign-in waits for one turn of the event loop instead of some seconds.
vi.mock(import('node:timers/promises'), async (original) => {
  const timers = await original()
  return { ...timers, setTimeout: (_ms, value) => timers.setImmediate(value as never) }
})

const { db, url } = await createTestDatabase()
stubApiEnvironment(url)

beforeEach(() => db.delete(mailOutbox))

const queued = () => db.$count(mailOutbox)

describe('a session', () => {
  it('is used by cookie or bearer token, and ends at sign-out', async () => {
    const account = await addTestAccount(db)
    const client = createApiClient()
    const signedIn = await client.signIn(account)
    const shown = { email: account.email, username: account.username, fullName: account.fullName, picture: null }
    expect(signedIn.data).toEqual(shown)
    expect((await client.query('session.current')).data).toEqual(shown)

    const token = client.jar.get('latchkey-session') as string
    expect(signedIn.text).not.toContain(token)
    const program = createApiClient({ authorization: `Bearer ${token}` })
    expect((await program.query('session.current')).data).toEqual(shown)

    await client.mutate('session.signOut')
    expect(client.cookies()).toEqual(['latchkey-device'])
    expect((await program.query('session.current')).data).toBeNull()
  })

  it('does not start with a wrong password, which sets no cookie', async () => {
    const client = createApiClient()
    const { status, error } = await client.signIn(await addTestAccount(db), OTHER_PASSWORD)
    expect(status).toBe(401)
    expect(error.data).toEqual({
      code: 'UNAUTHORIZED',
      httpStatus: 401,
      reason: 'sign-in-failed',
      requestId: expect.any(String),
    })
    expect(client.cookies()).toEqual([])
  })
})

describe('a browser that has signed in before', () => {
  it('is let in after its sign-out while strangers have used up the budgets of the account', async () => {
    const account = await addTestAccount(db)
    const client = createApiClient()
    const { headers } = await client.signIn(account)
    const device = headers.getSetCookie().find((line) => line.startsWith('latchkey-device='))
    expect(device).toMatch(/; Max-Age=31536000; Path=\/; HttpOnly; SameSite=Lax/)
    await client.mutate('session.signOut')
    await db.execute(sql`update latchkey.rate_limits set count = 300 where bucket ~ '^sign-in (typed|account) '`)
    const elsewhere = await createApiClient().signIn(account)
    expect([elsewhere.status, elsewhere.error.data.reason]).toEqual([429, 'too-many-requests'])
    expect(elsewhere.headers.get('retry-after')).toMatch(/^[1-9]\d*$/)
    expect((await client.signIn(account)).status).toBe(200)
  })
})

describe('the lane of sign-in', () => {
  it('answers 503 with Retry-After when it is full, and drops a sign-in whose client has gone', async () => {
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    onTestFinished(() => release())
    vi.mocked(verify).mockImplementation(() => held.then(() => false))
    const input = { account: 'unknown@example.com', password: OTHER_PASSWORD }
    const gone = new AbortController()
    const init = { method: 'POST', headers: JSON_TYPE, body: JSON.stringify(input) }
    const running = createApiClient().send('session.signIn', init)
    await vi.waitFor(() => expect(verify).toHaveBeenCalled(), { timeout: 60_000 })
    const dropped = createApiClient().send('session.signIn', { ...init, signal: gone.signal })
    const flood = Array.from({ length: 500 }, () => createApiClient().send('session.signIn', init))
    gone.abort()
    await dropped
    const refused = await Promise.race(flood.slice(-1))
    expect([refused?.status, refused?.error.data.reason]).toEqual([503, 'busy'])
    expect(refused?.headers.get('retry-after')).toMatch(/^[1-9]\d*$/)
    release()
    await running
    const hashed = (await Promise.all(flood)).filter(({ status }) => status === 401).length
    expect(verify).toHaveBeenCalledTimes(1 + hashed)
    vi.mocked(verify).mockReset()
  })
})

it('a new password ends the session of this browser too, and does not sign in', async () => {
  const fixture = createRecoveryFixture(db, { secrets: [API_SECRET] })
  fixture.clock.synchronize()
  const account = await fixture.account()
  const { token } = await fixture.mailedLink(account)
  const client = createApiClient()
  await client.signIn(account)
  await client.mutate('recovery.request', { account: 'nobody@example.com' })
  expect(client.cookies()).toEqual(['latchkey-device', 'latchkey-flow', 'latchkey-session'])
  const typed = { token, password: OTHER_PASSWORD, confirmPassword: OTHER_PASSWORD }
  expect((await client.mutate('recovery.resetPassword', typed)).status).toBe(200)
  expect(client.cookies()).toEqual(['latchkey-device'])
  expect(await countSessions(db, account)).toBe(0)
  expect((await client.signIn(account)).status).toBe(401)
  expect((await client.signIn(account, OTHER_PASSWORD)).status).toBe(200)
})

describe('the procedures of an account', () => {
  it('are refused without a session', async () => {
    for (const procedure of ['account.sessions', 'account.securityEvents', 'account.suppression']) {
      expect((await createApiClient().query(procedure)).error.data).toMatchObject({
        reason: 'not-signed-in',
        httpStatus: 401,
      })
    }
    for (const procedure of ['account.requestReset', 'account.endOtherSessions']) {
      expect((await createApiClient().mutate(procedure)).error.data).toMatchObject({
        reason: 'not-signed-in',
        httpStatus: 401,
      })
    }
    expect(await queued()).toBe(0)
  })

  it('request a reset of the signed-in account, whatever the input says', async () => {
    const [account, other] = [await addTestAccount(db), await addTestAccount(db)]
    const client = createApiClient()
    await client.signIn(account)
    await client.mutate('account.requestReset', { account: other.email, accountId: other.id })
    expect(await db.select().from(mailOutbox)).toMatchObject([{ accountId: account.id, identifier: null }])
  })

  it("list and end the account's own sessions only", async () => {
    const [account, other] = [await addTestAccount(db), await addTestAccount(db)]
    const [client, second, stranger] = [createApiClient(), createApiClient(), createApiClient()]
    await client.signIn(account)
    await second.signIn(account)
    await stranger.signIn(other)
    const [theirs] = (await stranger.query('account.sessions')).data
    await client.mutate('account.endSession', { id: theirs.id })
    expect((await stranger.query('session.current')).data).not.toBeNull()

    const listed = (await client.query('account.sessions')).data
    expect(listed.map((session: { current: boolean }) => session.current).sort()).toEqual([false, true])
    await client.mutate('account.endOtherSessions')
    expect((await second.query('session.current')).data).toBeNull()
    expect((await client.query('account.sessions')).data).toHaveLength(1)
    await client.mutate('account.endSession', {
      id: listed.find((session: { current: boolean }) => session.current).id,
    })
    expect((await client.query('session.current')).data).toBeNull()
  })

  it('give dates as ISO strings', async () => {
    const account = await addTestAccount(db)
    const client = createApiClient()
    await client.signIn(account)
    const since = new Date('2026-11-20T14:30:00.123Z')
    expect((await client.query('account.suppression')).data).toBeNull()
    await db.insert(mailSuppressions).values({ accountId: account.id, address: account.email, kind: 'bounced', since })
    expect((await client.query('account.suppression')).data).toEqual({
      kind: 'bounced',
      since: '2026-11-20T14:30:00.123Z',
    })
    const [session] = (await client.query('account.sessions')).data
    const [event] = (await client.query('account.securityEvents')).data
    for (const time of [session.createdAt, session.lastSeenAt, event.at])
      expect(time).toBe(new Date(time).toISOString())
    expect(event).toEqual({ id: expect.any(String), kind: 'signed-in', device: null, at: event.at })
  })
})
