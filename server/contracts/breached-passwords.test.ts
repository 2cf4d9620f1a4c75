import { afterAll, describe, expect, it, vi } from 'vitest'
import { passwordResetTokens } from '@/server/db/schema'
import { SOCKET_ADDRESS_HEADER } from '@/server/http/client-address'
import { encodeUid } from '@/server/recovery/link-forms'
import { requestReset } from '@/server/recovery/request-reset'
import { API_ORIGIN, API_SECRET, createApiClient, JSON_TYPE, stubApiEnvironment } from '@/server/testing/api-client'
import { newClientAddress } from '@/server/testing/client-address'
import { createTestDatabase } from '@/server/testing/database'
import { codeIn, tokenIn } from '@/server/testing/emails'
import { startRangeApi } from '@/server/testing/range-api'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { resetPasswordByJwt } from './jwt/handlers'
import { update, verify } from './secure/handlers'
import { mailedLink } from './views/handlers'

// A password from a data breach, on every path to a new password.

const BREACHED = 'a passphrase that leaked'
const api = await startRangeApi([BREACHED])
afterAll(api.stop)
const { db, url } = await createTestDatabase()
stubApiEnvironment(url)
vi.stubEnv('BREACHED_PASSWORDS', 'on')
vi.stubEnv('BREACHED_PASSWORDS_URL', api.url)

async function start(form: 'pages' | 'jwt' | 'views' = 'pages') {
  const fixture = createRecoveryFixture(db, { secrets: [API_SECRET] })
  fixture.clock.synchronize()
  const account = await fixture.account()
  await requestReset(fixture.ctx(), { account: account.email as never, form })
  await fixture.deliver()
  return { account, email: fixture.mailbox.to(account.email).at(-1) }
}

async function post(
  handler: (request: Request, route: { params: Promise<never> }) => Promise<Response>,
  body: object,
  params: object = {},
) {
  const headers = { ...JSON_TYPE, [SOCKET_ADDRESS_HEADER]: newClientAddress() }
  const request = new Request(API_ORIGIN, { method: 'POST', headers, body: JSON.stringify(body) })
  const response = await handler(request, { params: Promise.resolve(params as never) })
  return { status: response.status, text: await response.text() }
}

const REFUSED = { status: 400, text: expect.stringContaining('exposed in a data breach') }
const typed = { new_password: BREACHED, confirm_password: BREACHED }

describe('a password from a data breach is refused, and spends nothing', () => {
  it('by the pages and tRPC', async () => {
    const { email } = await start()
    const change = (password: string) =>
      createApiClient().mutate('recovery.resetPassword', { token: tokenIn(email), password, confirmPassword: password })
    const { status, error } = await change(BREACHED)
    expect([status, error?.data.reason]).toEqual([400, 'password-breached'])
    expect((await change('a passphrase that never leaked')).status).toBe(200)
  })

  it('by the contract jwt', async () => {
    const { email } = await start('jwt')
    const token = /token=([\w.-]+)/.exec(email?.text ?? '')?.[1]
    expect(await post(resetPasswordByJwt.POST, { token, ...typed })).toEqual(REFUSED)
  })

  it('by the contract views', async () => {
    const { account, email } = await start('views')
    const token = /reset-password\/[\w-]+\/([\w-]+)/.exec(email?.text ?? '')?.[1]
    expect(await post(mailedLink.POST, typed, { uidb64: encodeUid(account.id), token })).toEqual(REFUSED)
  })

  it('by the contract secure', async () => {
    const { account, email } = await start()
    const { text } = await post(verify.POST, { account: account.email, code: codeIn(email) })
    const { token } = JSON.parse(text)
    expect(await post(update.POST, { password: BREACHED, repassword: BREACHED }, { token })).toEqual(REFUSED)
    const used = (await db.select().from(passwordResetTokens)).filter(({ usedAt }) => usedAt !== null)
    expect(used).toHaveLength(1) // that of the first test
  })
})

it('only a password that the rules accept is looked up', async () => {
  const { email } = await start()
  const before = api.asked.length
  const change = { token: tokenIn(email), password: 'password1', confirmPassword: 'password1' }
  const { error } = await createApiClient().mutate('recovery.resetPassword', change)
  expect(error?.data.reason).toBe('password-too-common')
  expect(api.asked).toHaveLength(before)
})
