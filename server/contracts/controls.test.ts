import { afterEach, describe, expect, it, vi } from 'vitest'
import { SOCKET_ADDRESS_HEADER } from '@/server/http/client-address'
import { encodeUid } from '@/server/recovery/link-forms'
import { OTHER_PASSWORD, type TestAccount } from '@/server/testing/accounts'
import { API_ORIGIN, API_SECRET, createApiClient, JSON_TYPE, stubApiEnvironment } from '@/server/testing/api-client'
import { newClientAddress } from '@/server/testing/client-address'
import { createTestDatabase } from '@/server/testing/database'
import { codeIn, tokenIn } from '@/server/testing/emails'
import { createOperator } from '@/server/testing/operator'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import * as accounts from './accounts/handlers'
import * as initiate from './initiate/handlers'
import * as jwt from './jwt/handlers'
import * as secure from './secure/handlers'
import * as v1 from './v1/handlers'
import * as views from './views/handlers'

// What an operator pauses or freezes, as the clients of every interface see it.

const SERVICE_KEY = 'the-service-key-of-these-tests-0123456789'
const { db, url } = await createTestDatabase()
stubApiEnvironment(url)
vi.stubEnv('SERVICE_API_KEY', SERVICE_KEY)

const fixture = createRecoveryFixture(db, { secrets: [API_SECRET] })
const operator = createOperator(fixture)

afterEach(async () => void (await operator.resume()))

type Handler<Params> = (request: Request, route: { params: Promise<Params> }) => Promise<Response>

async function answerOf<Params extends object>(
  handler: Handler<Params>,
  method: string,
  { body, query = '', params, headers = {} }: { body?: object; query?: string; params?: Params; headers?: object } = {},
) {
  const request = new Request(`${API_ORIGIN}/${query}`, {
    method,
    headers: { [SOCKET_ADDRESS_HEADER]: newClientAddress(), ...(body ? JSON_TYPE : {}), ...headers },
    body: body && JSON.stringify(body),
  })
  const response = await handler(request, { params: Promise.resolve((params ?? {}) as Params) })
  const { status } = response
  return { status, retryAfter: response.headers.get('retry-after'), text: await response.text() }
}

/** A call of the API as another browser: its status and the reason of its refusal. */
async function trpc(procedure: string, input: object) {
  const { status, headers, error } = await createApiClient().mutate(procedure, input)
  return { status, retryAfter: headers.get('retry-after'), reason: error?.data.reason }
}

const password = { new_password: OTHER_PASSWORD, confirm_password: OTHER_PASSWORD }
const trusted = { authorization: `Bearer ${SERVICE_KEY}` }

/** How each interface asks for an email. `secure` comes first: it refuses a second request within a minute. */
const requests = {
  secure: (account: string) => answerOf(secure.send.POST, 'POST', { body: { account } }),
  accounts: (email: string) => answerOf(accounts.forgotPassword.PUT, 'PUT', { body: { email } }),
  initiate: (email: string) => answerOf(initiate.initiateReset.POST, 'POST', { body: { email } }),
  jwt: (email: string) => answerOf(jwt.forgotPassword.POST, 'POST', { body: { email } }),
  v1: (email: string) => answerOf(v1.passwordResetEmail.POST, 'POST', { body: { email } }),
  'v1, trusted': (email: string) => answerOf(v1.passwordResetEmail.POST, 'POST', { body: { email }, headers: trusted }),
  views: (email: string) => answerOf(views.forgotPassword.POST, 'POST', { body: { email } }),
}

const locate = (account: string) => answerOf(secure.locate.GET, 'GET', { query: `?account=${account}` })
const verify = (account: string, code: string) => answerOf(secure.verify.POST, 'POST', { body: { account, code } })
const openGrant = (token: string) => answerOf(secure.update.GET, 'GET', { params: { token } })
const redeemGrant = (token: string) =>
  answerOf(secure.update.POST, 'POST', { params: { token }, body: { password: 'x', repassword: 'x' } })
const openLink = (token: string) => answerOf(accounts.forgotPassword.GET, 'GET', { query: `?token=${token}` })
const openViewsLink = (account: TestAccount, token: string) =>
  answerOf(views.mailedLink.GET, 'GET', { params: { uidb64: encodeUid(account.id), token } })
const redeemViewsLink = (account: TestAccount, token: string) =>
  answerOf(views.mailedLink.POST, 'POST', { params: { uidb64: encodeUid(account.id), token }, body: password })
const redeemJwt = (token: string) => answerOf(jwt.resetPasswordByJwt.POST, 'POST', { body: { token, ...password } })

/** An account that was just sent a link and a code. */
async function start() {
  fixture.clock.synchronize()
  const account = await fixture.account()
  const email = await fixture.mailed(account)
  return { account, code: codeIn(email), token: tokenIn(email) }
}

const PAUSED = { status: 503, retryAfter: '300' }

describe('while all recovery is paused', () => {
  it('every request for an email is refused by every interface, with the time to wait', async () => {
    const { account } = await start()
    await operator.pause('all')
    for (const [name, request] of Object.entries(requests)) {
      const [known, unknown] = [await request(account.email), await request('nobody@example.com')]
      expect(known, name).toMatchObject(PAUSED)
      expect(known.text, name).toContain('Account recovery is paused.')
      expect(unknown, name).toEqual(known)
    }
    expect(await locate(account.email)).toMatchObject(PAUSED)
    const refused = { ...PAUSED, reason: 'recovery-paused' }
    expect(await trpc('recovery.request', { account: account.email })).toEqual(refused)
  })

  it('links, codes and grants are refused by every interface, and work afterwards', async () => {
    const { account, code, token } = await start()
    await operator.pause('all')
    const refused = { ...PAUSED, reason: 'recovery-paused' }
    const change = { token, password: OTHER_PASSWORD, confirmPassword: OTHER_PASSWORD }
    expect(await trpc('recovery.verifyCode', { account: account.email, code })).toEqual(refused)
    expect(await trpc('recovery.resetPassword', change)).toEqual(refused)
    for (const call of [
      () => verify(account.email, code),
      () => openLink(token),
      () => openViewsLink(account, token),
      () => redeemViewsLink(account, token),
      () => redeemJwt('a.b.c'),
      () => openGrant('a'.repeat(60)),
      () => redeemGrant('a'.repeat(60)),
    ])
      expect(await call()).toMatchObject(PAUSED)
    await operator.resume()
    expect((await trpc('recovery.resetPassword', change)).status).toBe(200)
  })
})

describe('while codes are paused', () => {
  it('codes and grants are refused, and links and requests are not', async () => {
    const { account, code, token } = await start()
    await operator.pause('codes')
    const input = { account: account.email, code }
    expect(await trpc('recovery.verifyCode', input)).toEqual({ ...PAUSED, reason: 'codes-paused' })
    for (const answer of [await verify(account.email, code), await openGrant('a'.repeat(60))]) {
      expect(answer).toMatchObject(PAUSED)
      expect(answer.text).toContain('Codes are paused.')
    }
    expect((await requests.initiate(account.email)).status).toBe(200)
    expect((await openLink(token)).status).toBe(307)
    expect((await redeemViewsLink(account, token)).status).toBe(200)
  })
})

describe('while links are paused', () => {
  it('links of every form are refused, and codes are not', async () => {
    const { account, code, token } = await start()
    await operator.pause('links')
    for (const answer of [
      await openLink(token),
      await openViewsLink(account, token),
      await redeemViewsLink(account, token),
      await redeemJwt('a.b.c'),
    ]) {
      expect(answer).toMatchObject(PAUSED)
      expect(answer.text).toContain('Links are paused.')
    }
    const change = { token, password: OTHER_PASSWORD, confirmPassword: OTHER_PASSWORD }
    expect(await trpc('recovery.resetPassword', change)).toEqual({ ...PAUSED, reason: 'links-paused' })
    const input = { account: account.email, code }
    expect((await trpc('recovery.verifyCode', input)).status).toBe(200)
  })
})

describe('a frozen account', () => {
  it('is like an unknown one to strangers, in every interface', async () => {
    const { account } = await start()
    await fixture.request('never-seen@example.com') // cools down like the account's address
    await operator.freeze(account)
    const usernames = [account.username, 'some-unknown-name']
    for (const [name, request] of Object.entries(requests)) {
      const [frozen, unknown] = [await request(account.email), await request('never-seen@example.com')]
      expect(frozen, name).toEqual(unknown)
      expect(frozen.status, name).toBe({ secure: 429, 'v1, trusted': 404 }[name] ?? 200)
    }
    for (let n = 0; n < 4; n++) {
      const [frozen, unknown] = await Promise.all(usernames.map((each) => verify(each, '123456')))
      expect(frozen).toEqual(unknown)
      const answers = await Promise.all(
        [account.email, 'nobody@example.com'].map((each) =>
          trpc('recovery.verifyCode', { account: each, code: '123456' }),
        ),
      )
      expect(answers[0]).toEqual(answers[1])
    }
    await fixture.deliver()
    expect(fixture.mailbox.to(account.email)).toHaveLength(1)
  })

  it('says so to someone with its link or its code', async () => {
    const { account, code, token } = await start()
    await operator.freeze(account)
    const told = { status: 403, retryAfter: null, reason: 'account-frozen' }
    expect(await trpc('recovery.verifyCode', { account: account.email, code })).toEqual(told)
    const change = { token, password: OTHER_PASSWORD, confirmPassword: OTHER_PASSWORD }
    expect(await trpc('recovery.resetPassword', change)).toEqual(told)
    // The contracts document one answer for every link that does not work.
    expect((await openLink(token)).status).toBe(400)
    expect((await openViewsLink(account, token)).status).toBe(400)
    expect((await redeemViewsLink(account, token)).text).toContain('Invalid or expired token')
    expect((await verify(account.email, code)).status).toBe(400)
  })
})
