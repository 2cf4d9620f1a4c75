import { randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { identifierSchema } from '@/server/core/schemas'
import { mailOutbox } from '@/server/db/schema'
import { sealFlow } from '@/server/recovery/flow'
import { addTestAccount, OTHER_PASSWORD } from '@/server/testing/accounts'
import { API_SECRET, type ApiClient, createApiClient, JSON_TYPE, stubApiEnvironment } from '@/server/testing/api-client'
import { createTestDatabase } from '@/server/testing/database'
import { codeIn, tokenIn } from '@/server/testing/emails'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'

const { db, url } = await createTestDatabase()
stubApiEnvironment(url)

beforeEach(() => db.delete(mailOutbox))

const queued = () => db.$count(mailOutbox)

/** An account, and the token and the code that were emailed to it just now. */
async function withEmail() {
  const fixture = createRecoveryFixture(db, { secrets: [API_SECRET] })
  fixture.clock.synchronize()
  const account = await fixture.account()
  const email = await fixture.mailed(account)
  return { account, token: tokenIn(email), code: codeIn(email) }
}

describe('a reset request', () => {
  it('has the same answer, to the byte, for an account that exists and one that does not', async () => {
    const account = await addTestAccount(db)
    const answers = []
    for (const typed of [account.email, 'nobody@example.com', account.username, 'nobody']) {
      const { status, text, headers } = await createApiClient().mutate('recovery.request', { account: typed })
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

  it('is remembered in an HttpOnly cookie', async () => {
    const client = createApiClient()
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
    ['an empty object', {}],
    ['another field', { email: 'ada@example.com' }],
    ['a string for an object', 'ada@example.com'],
    ['an array for an object', [{ account: 'ada@example.com' }]],
    ['no body', undefined],
  ])('with %s is refused and queues nothing', async (_, input) => {
    const { status, error } = await createApiClient().mutate('recovery.request', input)
    expect(status).toBe(400)
    expect(error.data.reason).toMatch(/^identifier-(missing|malformed)$|^input-malformed$/)
    expect(error.message).toBe(error.data.reason)
    expect(await queued()).toBe(0)
  })

  it.each(['{', '{"account":"ada@example.com"', 'account=ada@example.com', '\u0000', '{"account":"\ud800"}'])(
    'with a body that is not JSON or not Unicode is refused: %j',
    async (body) => {
      const { status } = await createApiClient().send('recovery.request', { method: 'POST', headers: JSON_TYPE, body })
      expect(status).toBe(400)
      expect(await queued()).toBe(0)
    },
  )

  it('with the same field twice is for the last value only', async () => {
    const body = '{"account":"ada@example.com","account":"eve@example.com"}'
    await createApiClient().send('recovery.request', { method: 'POST', headers: JSON_TYPE, body })
    expect(await db.select().from(mailOutbox)).toMatchObject([{ identifier: 'eve@example.com' }])
  })
})

describe('a new password', () => {
  const resetPassword = (client: ApiClient, token: string, password = OTHER_PASSWORD) =>
    client.mutate('recovery.resetPassword', { token, password, confirmPassword: password })

  it('that breaks a rule is refused with a code, and the link still works', async () => {
    const { token } = await withEmail()
    const client = createApiClient()
    expect((await resetPassword(client, token, 'short')).error.data).toMatchObject({
      reason: 'password-too-short',
      limit: 8,
    })
    expect((await resetPassword(client, token, 'password1')).error.data).toMatchObject({
      reason: 'password-too-common',
    })
    expect((await resetPassword(client, token)).status).toBe(200)
    expect((await resetPassword(client, token)).error.data).toMatchObject({ reason: 'link-used', httpStatus: 400 })
  })

  it.each([
    ['null', null],
    ['a number', 7],
    ['an array', ['x']],
    ['a string of 5,000 letters', 'x'.repeat(5000)],
  ])('is refused with a token that is %s', async (_, token) => {
    const answer = await resetPassword(createApiClient(), token as string)
    expect(answer.status).toBe(400)
    expect(answer.error.data.fields).toEqual({ token: 'input-malformed' })
  })

  it.each(['', ' ', 'null', '%00', 'x'.repeat(43), '../../etc/passwd'])(
    'is refused with an unknown token: %j',
    async (token) => {
      expect((await resetPassword(createApiClient(), token)).error.data).toMatchObject({
        reason: 'link-unknown',
        httpStatus: 400,
      })
    },
  )
})

describe('the state of a recovery', () => {
  it('starts with the terms, and no flow, link or notice', async () => {
    const client = createApiClient()
    expect((await client.query('recovery.terms')).data).toEqual({
      disclosure: 'conceal',
      linkTtlSeconds: 3600,
      codeTtlSeconds: 600,
      sendCooldownSeconds: 60,
      passwordMinLength: 8,
    })
    expect((await client.query('recovery.flow')).data).toBeNull()
    expect((await client.query('recovery.linkState')).data).toEqual({ state: 'missing' })
    expect((await client.query('recovery.notice')).data).toBeNull()
  })

  it('shows a masked preview of any well-formed account', async () => {
    const { data } = await createApiClient().query('recovery.locate', { account: 'nobody@example.com' })
    expect(data).toEqual({
      email: expect.stringContaining('•••'),
      fullName: '',
      picture: expect.stringMatching(/^\/\w/),
    })
  })

  it('has a flow after a request', async () => {
    const client = createApiClient()
    await client.mutate('recovery.request', { account: 'nobody@example.com' })
    const { data } = await client.query('recovery.flow')
    expect(data).toEqual({
      account: 'nobody@example.com',
      resendInSeconds: expect.any(Number),
      blockedSeconds: 0,
      codesOff: false,
    })
    expect(data.resendInSeconds).toBeGreaterThan(0)
  })

  it('has a live grant after a correct code, and a spent one after the new password', async () => {
    const { account, code } = await withEmail()
    const client = createApiClient()
    expect((await client.mutate('recovery.verifyCode', { account: account.email, code })).status).toBe(200)
    const { data } = await client.query('recovery.linkState')
    expect(data).toEqual({
      state: 'live',
      secret: 'grant',
      account: `${account.email[0]}•••@e•••.com`,
      typedAccount: null,
      binding: expect.stringMatching(/^[\w-]{22}\.[\w-]{22}$/),
      passwordMinLength: 8,
      passwordMaxLength: 128,
      expiresAt: new Date(data.expiresAt).toISOString(),
    })
    const password = OTHER_PASSWORD
    await client.mutate('recovery.resetPassword', { password, confirmPassword: password })
    expect((await client.query('recovery.linkState')).data).toEqual({ state: 'grant-unknown' })
  })

  it('has another grant after the same code again, in the browser that requested it and in no other', async () => {
    const { account, code } = await withEmail()
    const [{ id } = { id: '' }] = await db.select({ id: mailOutbox.id }).from(mailOutbox)
    const flow = (requestId: string) =>
      sealFlow([API_SECRET], { requestId, account: identifierSchema.parse(account.email) })
    const browser = createApiClient()
    browser.jar.set('latchkey-flow', flow(id))
    for (let times = 0; times < 2; times++) {
      expect((await browser.mutate('recovery.verifyCode', { code })).status).toBe(200)
      expect((await browser.query('recovery.linkState')).data.state).toBe('live')
    }
    const other = createApiClient()
    other.jar.set('latchkey-flow', flow(randomUUID()))
    expect((await other.mutate('recovery.verifyCode', { code })).error.data.reason).toBe('code-wrong')
    const named = await browser.mutate('recovery.verifyCode', { account: account.email, code })
    expect(named.error.data.reason).toBe('code-wrong')
  })

  it('names the account only to the browser that typed it for this very request', async () => {
    const { account, token } = await withEmail()
    const [{ id } = { id: '' }] = await db.select({ id: mailOutbox.id }).from(mailOutbox)
    const typedIn = async (requestId: string) => {
      const flow = sealFlow([API_SECRET], { requestId, account: identifierSchema.parse(account.email) })
      const client = createApiClient({ cookie: `latchkey-reset=${token}; latchkey-flow=${flow}` })
      return (await client.query('recovery.linkState')).data.typedAccount
    }
    expect(await typedIn(id)).toBe(account.email)
    // Another request, even for the same account: whoever found a link cannot test names against it.
    expect(await typedIn(randomUUID())).toBeNull()
  })

  it('has a live link in the reset cookie, and the notice of a dead one', async () => {
    const { token } = await withEmail()
    const withLink = createApiClient({ cookie: `latchkey-reset=${token}` })
    expect((await withLink.query('recovery.linkState')).data).toMatchObject({ state: 'live', secret: 'link' })
    const withNotice = createApiClient({ cookie: 'latchkey-notice=link-expired' })
    expect((await withNotice.query('recovery.notice')).data).toBe('link-expired')
    const withJunk = createApiClient({ cookie: 'latchkey-notice=<script>' })
    expect((await withJunk.query('recovery.notice')).data).toBeNull()
  })
})
