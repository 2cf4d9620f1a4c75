import { eq, sql } from 'drizzle-orm'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { mailOutbox, sessions } from '@/server/db/schema'
import { SOCKET_ADDRESS_HEADER } from '@/server/http/client-address'
import { addTestAccount, OTHER_PASSWORD, PASSWORD, type TestAccount } from '@/server/testing/accounts'
import { newClientAddress } from '@/server/testing/client-address'
import { createTestDatabase } from '@/server/testing/database'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { handleTrpc } from './handler'

const { lines } = vi.hoisted(() => ({ lines: [] as string[] }))
vi.mock('@/server/observability/log', async (original) => {
  const real = await original<typeof import('@/server/observability/log')>()
  const log = real.createLog('trace', { write: (line: string) => void lines.push(line) })
  return { ...real, log: () => log }
})

const { db, url } = await createTestDatabase()
const ORIGIN = 'http://localhost:3000'
const SECRET = 'the application secret of these tests'
vi.stubEnv('DATABASE_URL', url)
vi.stubEnv('APP_URL', ORIGIN)
vi.stubEnv('APP_SECRET', SECRET)
vi.stubEnv('RESEND_API_KEY', 're_test')
vi.stubEnv('MAIL_FROM', 'accounts@example.com')

beforeEach(() => db.delete(mailOutbox))

/** A caller at an address of its own, who keeps cookies as a browser does. */
function createClient(headers: Record<string, string> = {}) {
  const jar = new Map<string, string>()
  const from = { [SOCKET_ADDRESS_HEADER]: newClientAddress().replace('/64', '1') }

  async function send(path: string, init: RequestInit) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const own = { ...from, ...(cookie ? { cookie } : {}), ...headers, ...(init.headers as Record<string, string>) }
    const response = await handleTrpc(new Request(`${ORIGIN}/api/trpc/${path}`, { ...init, headers: own }))
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = line.split(';')[0]?.split('=') ?? []
      if (/Max-Age=0\b/i.test(line)) jar.delete(name)
      else jar.set(name, value)
    }
    const text = await response.text()
    const body = text ? JSON.parse(text) : undefined
    return { status: response.status, headers: response.headers, text, data: body?.result?.data, error: body?.error }
  }
  const json = { 'content-type': 'application/json' }
  return {
    jar,
    send,
    mutate: (procedure: string, input?: unknown) =>
      send(procedure, { method: 'POST', headers: json, body: input === undefined ? '' : JSON.stringify(input) }),
    query: (procedure: string) => send(procedure, {}),
    cookies: () => [...jar.keys()].sort(),
  }
}

type Client = ReturnType<typeof createClient>

const signInAs = (client: Client, account: TestAccount, password = PASSWORD) =>
  client.mutate('session.signIn', { account: account.email, password })

const queued = () => db.$count(mailOutbox)

describe('asking for a reset', () => {
  it('has the same answer, to the byte, for an account that exists and one that does not', async () => {
    const account = await addTestAccount(db)
    const answers = []
    for (const typed of [account.email, 'nobody@example.com', account.username, 'nobody']) {
      const { status, text, headers } = await createClient().mutate('recovery.request', { account: typed })
      const shape = [...headers].map(([name, value]) => {
        if (name === 'x-request-id') return [name, value.length]
        return [name, name === 'set-cookie' ? value.replace(/=[^;]*/, '=…') : value]
      })
      answers.push(JSON.stringify({ status, text, shape }))
    }
    expect(new Set(answers).size).toBe(1)
    expect(answers[0]).toContain('"status":200')
    expect(await queued()).toBe(4)
  })

  it('remembers in a cookie which request this browser made, without showing it', async () => {
    const client = createClient()
    await client.mutate('recovery.request', { account: 'nobody@example.com' })
    expect(client.cookies()).toEqual(['latchkey-flow'])
    const { headers } = await client.mutate('recovery.request', { account: 'nobody@example.com' })
    for (const line of headers.getSetCookie()) expect(line).toMatch(/; HttpOnly.*; SameSite=Lax/)
  })

  it.each([
    ['an array of addresses', { account: ['ada@example.com', 'eve@example.com'] }],
    ['an array of one address', { account: ['ada@example.com'] }],
    ['an object', { account: { email: 'ada@example.com' } }],
    ['two addresses in one', { account: 'ada@example.com,eve@example.com' }],
    ['a header after CRLF', { account: 'ada@example.com\r\nBcc: eve@example.com' }],
    ['quotes', { account: '"ada@example.com, eve"@example.com' }],
    ['a display name', { account: 'Ada <ada@example.com>' }],
    ['null', { account: null }],
    ['nothing', {}],
    ['another field', { email: 'ada@example.com' }],
    ['no object', 'ada@example.com'],
    ['an array for an object', [{ account: 'ada@example.com' }]],
    ['no body', undefined],
  ])('is refused with %s, and nothing is queued', async (_, input) => {
    const { status, error } = await createClient().mutate('recovery.request', input)
    expect(status).toBe(400)
    expect(error.data.reason).toMatch(/^identifier-(missing|malformed)$|^input-malformed$/)
    expect(error.message).toBe(error.data.reason)
    expect(await queued()).toBe(0)
  })

  it.each(['{', '{"account":"ada@example.com"', 'account=ada@example.com', '\u0000', '{"account":"\ud800"}'])(
    'is refused with a body that is no JSON or no text: %j',
    async (body) => {
      const headers = { 'content-type': 'application/json' }
      const { status } = await createClient().send('recovery.request', { method: 'POST', headers, body })
      expect(status).toBe(400)
      expect(await queued()).toBe(0)
    },
  )

  it('mails nobody but the last, where a field comes twice', async () => {
    const headers = { 'content-type': 'application/json' }
    const body = '{"account":"ada@example.com","account":"eve@example.com"}'
    await createClient().send('recovery.request', { method: 'POST', headers, body })
    expect(await db.select().from(mailOutbox)).toMatchObject([{ identifier: 'eve@example.com' }])
  })
})

describe('a batch', () => {
  it.each([
    ['recovery.request,recovery.request?batch=1', { 0: { account: 'a@example.com' }, 1: { account: 'b@example.com' } }],
    ['recovery.request?batch=1', { 0: { account: 'a@example.com' } }],
    ['recovery.request,recovery.request', { account: 'a@example.com' }],
  ])('is refused: %s', async (path, input) => {
    const headers = { 'content-type': 'application/json' }
    const answer = await createClient().send(path, { method: 'POST', headers, body: JSON.stringify(input) })
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(await queued()).toBe(0)
  })
})

describe('what another site could send', () => {
  const body = '{"account":"ada@example.com"}'
  it.each([
    ['a form', 415, { 'content-type': 'text/plain' }],
    ['a page elsewhere', 403, { 'content-type': 'application/json', origin: 'https://evil.example' }],
    ['a frame elsewhere', 403, { 'content-type': 'application/json', 'sec-fetch-site': 'cross-site' }],
  ])('is refused: %s', async (_, status, headers) => {
    const answer = await createClient().send('recovery.request', { method: 'POST', headers, body })
    expect(answer.status).toBe(status)
    expect(answer.error.data).toMatchObject({ reason: 'input-malformed', httpStatus: status })
    expect(await queued()).toBe(0)
  })

  it('is refused as too large above 16 KiB', async () => {
    const answer = await createClient().mutate('recovery.request', { account: 'ada', padding: 'x'.repeat(2 ** 14) })
    expect(answer.status).toBe(413)
    expect(await queued()).toBe(0)
  })

  it('changes nothing by a GET or a HEAD', async () => {
    const input = encodeURIComponent(JSON.stringify({ account: 'ada@example.com' }))
    for (const method of ['GET', 'HEAD']) {
      const { status } = await createClient().send(`recovery.request?input=${input}`, { method })
      expect([method, status]).not.toEqual([method, 200])
      expect(status).toBeLessThan(500)
    }
    expect(await queued()).toBe(0)
  })
})

describe('a session', () => {
  it('is opened by cookie or bearer token, and ended by signing out', async () => {
    const account = await addTestAccount(db)
    const client = createClient()
    const signedIn = await signInAs(client, account)
    const shown = { email: account.email, username: account.username, fullName: account.fullName, picture: null }
    expect(signedIn.data).toEqual(shown)
    expect((await client.query('session.current')).data).toEqual(shown)

    const token = client.jar.get('latchkey-session') as string
    expect(signedIn.text).not.toContain(token)
    const program = createClient({ authorization: `Bearer ${token}` })
    expect((await program.query('session.current')).data).toEqual(shown)

    await client.mutate('session.signOut')
    expect(client.cookies()).toEqual([])
    expect((await program.query('session.current')).data).toBeNull()
  })

  it('is not opened by a wrong password, which sets no cookie', async () => {
    const client = createClient()
    const { status, error } = await signInAs(client, await addTestAccount(db), OTHER_PASSWORD)
    expect(status).toBe(401)
    expect(error.data).toEqual({
      code: 'UNAUTHORIZED',
      httpStatus: 401,
      reason: 'sign-in-failed',
      requestId: expect.any(String),
    })
    expect(client.cookies()).toEqual([])
  })

  it('is needed for what belongs to an account', async () => {
    for (const procedure of ['account.sessions', 'account.securityEvents']) {
      expect((await createClient().query(procedure)).error.data).toMatchObject({
        reason: 'not-signed-in',
        httpStatus: 401,
      })
    }
    for (const procedure of ['account.requestReset', 'account.endOtherSessions']) {
      expect((await createClient().mutate(procedure)).error.data).toMatchObject({
        reason: 'not-signed-in',
        httpStatus: 401,
      })
    }
    expect(await queued()).toBe(0)
  })

  it('asks for a reset of its own account, whatever is sent along', async () => {
    const [account, other] = [await addTestAccount(db), await addTestAccount(db)]
    const client = createClient()
    await signInAs(client, account)
    await client.mutate('account.requestReset', { account: other.email, userId: other.id })
    expect(await db.select().from(mailOutbox)).toMatchObject([{ userId: account.id, identifier: null }])
  })

  it("lists and ends its account's sessions, and no other's", async () => {
    const [account, other] = [await addTestAccount(db), await addTestAccount(db)]
    const [client, second, stranger] = [createClient(), createClient(), createClient()]
    await signInAs(client, account)
    await signInAs(second, account)
    await signInAs(stranger, other)
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
})

describe('choosing a password', () => {
  const choose = (client: Client, token: string, password = OTHER_PASSWORD) =>
    client.mutate('recovery.resetPassword', { token, password, confirmPassword: password })

  async function withToken() {
    const fixture = createRecoveryFixture(db, { secrets: [SECRET] })
    fixture.clock.advance((Date.now() - fixture.clock.now().getTime()) / 1000)
    const account = await fixture.account()
    return { account, token: (await fixture.mailedLink(account)).token }
  }

  it('ends the session of this browser too, and signs nobody in', async () => {
    const { account, token } = await withToken()
    const client = createClient()
    await signInAs(client, account)
    await client.mutate('recovery.request', { account: 'nobody@example.com' })
    expect(client.cookies()).toEqual(['latchkey-flow', 'latchkey-session'])
    expect((await choose(client, token)).status).toBe(200)
    expect(client.cookies()).toEqual([])
    expect(await db.select().from(sessions).where(eq(sessions.userId, account.id))).toEqual([])
    expect((await signInAs(client, account)).status).toBe(401)
    expect((await signInAs(client, account, OTHER_PASSWORD)).status).toBe(200)
  })

  it('is refused by codes with their numbers, and the link stays good', async () => {
    const { token } = await withToken()
    const client = createClient()
    expect((await choose(client, token, 'short')).error.data).toMatchObject({ reason: 'password-too-short', limit: 8 })
    expect((await choose(client, token, 'password1')).error.data).toMatchObject({ reason: 'password-too-common' })
    expect((await choose(client, token)).status).toBe(200)
    expect((await choose(client, token)).error.data).toMatchObject({ reason: 'link-used', httpStatus: 400 })
  })

  it.each([
    ['null', null],
    ['a number', 7],
    ['an array', ['x']],
    ['of 5,000 letters', 'x'.repeat(5000)],
  ])('is refused with a token that is %s', async (_, token) => {
    const answer = await choose(createClient(), token as string)
    expect(answer.status).toBe(400)
    expect(answer.error.data.fields).toEqual({ token: 'input-malformed' })
  })

  it.each(['', ' ', 'null', '%00', 'x'.repeat(43), '../../etc/passwd'])(
    'is refused with an unknown token: %j',
    async (token) => {
      expect((await choose(createClient(), token)).error.data).toMatchObject({
        reason: 'link-unknown',
        httpStatus: 400,
      })
    },
  )
})

describe('every answer', () => {
  it('may not be kept, and names its request', async () => {
    const client = createClient()
    const answers = [
      await client.query('session.current'),
      await client.mutate('recovery.request', { account: 'nobody' }),
      await client.mutate('recovery.request', {}),
      await client.query('no.such.procedure'),
    ]
    for (const { headers } of answers) expect(headers.get('cache-control')).toBe('no-store')
    expect(answers[2]?.error.data.requestId).toBe(answers[2]?.headers.get('x-request-id'))
    expect(new Set(answers.map(({ headers }) => headers.get('x-request-id'))).size).toBe(4)
  })

  it('to a limit says when to come back, in the header and in the data', async () => {
    const client = createClient()
    for (let n = 0; n < 60; n++) await client.mutate('recovery.request', { account: 'nobody' })
    const { status, headers, error } = await client.mutate('recovery.request', { account: 'nobody' })
    expect(status).toBe(429)
    expect(error.data).toMatchObject({ reason: 'too-many-requests', httpStatus: 429 })
    expect(headers.get('retry-after')).toBe(String(error.data.retryAfterSeconds))
    expect(error.data.retryAfterSeconds).toBeGreaterThan(600)
  })

  it('to an unknown procedure says nothing but that', async () => {
    const { status, error } = await createClient().query('no.such.procedure')
    expect(status).toBe(404)
    expect(error).toEqual({
      code: expect.any(Number),
      message: 'input-malformed',
      data: { code: 'NOT_FOUND', httpStatus: 404, reason: 'input-malformed', requestId: expect.any(String) },
    })
  })

  it('to a fault of our own says nothing of it; the log does, by the same request id', async () => {
    lines.length = 0
    await db.execute(sql`alter table users rename column password_hash to password_hash_gone`)
    const typed = 'somebody.private@example.com'
    const { status, text, error } = await createClient().mutate('session.signIn', {
      account: typed,
      password: PASSWORD,
    })
    await db.execute(sql`alter table users rename column password_hash_gone to password_hash`)
    expect(status).toBe(500)
    expect(error).toEqual({
      code: expect.any(Number),
      message: 'internal',
      data: { code: 'INTERNAL_SERVER_ERROR', httpStatus: 500, reason: 'internal', requestId: expect.any(String) },
    })
    expect(text).not.toMatch(/password_hash|select|users|\.ts/)
    const log = lines.join('')
    expect(log).toContain(error.data.requestId)
    expect(log).toContain('password_hash')
    for (const hidden of [typed, PASSWORD, SECRET]) expect(log).not.toContain(hidden)
  })
})

it("counts by the socket's address: a client's own X-Forwarded-For opens no new budget", async () => {
  const client = createClient()
  for (let n = 0; n < 60; n++) {
    await client.send('recovery.request', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': `203.0.113.${n}` },
      body: '{"account":"nobody"}',
    })
  }
  expect((await client.mutate('recovery.request', { account: 'nobody' })).status).toBe(429)
})
