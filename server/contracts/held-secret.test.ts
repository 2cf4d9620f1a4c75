import { describe, expect, it } from 'vitest'
import { forgotPassword } from '@/server/contracts/accounts/handlers'
import { resetLink } from '@/server/contracts/jwt/handlers'
import { mailedLink } from '@/server/contracts/views/handlers'
import { identifierSchema } from '@/server/core/schemas'
import { encodeUid } from '@/server/recovery/link-forms'
import { requestReset } from '@/server/recovery/request-reset'
import { addTestAccount, OTHER_PASSWORD } from '@/server/testing/accounts'
import { API_ORIGIN, API_SECRET, stubApiEnvironment } from '@/server/testing/api-client'
import { createBrowser } from '@/server/testing/browser'
import { otherClient } from '@/server/testing/code-fixture'
import { createTestDatabase } from '@/server/testing/database'
import { codeIn } from '@/server/testing/emails'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'

const { db, url } = await createTestDatabase()
stubApiEnvironment(url)

const typed = { password: OTHER_PASSWORD, confirmPassword: OTHER_PASSWORD }

/** An account with a reset email of two minutes ago, whose link has this form. */
async function withEmail(form: 'jwt' | 'v1' | 'pages' = 'pages') {
  const fixture = createRecoveryFixture(db, { secrets: [API_SECRET] })
  fixture.clock.advance((Date.now() - fixture.clock.now().getTime()) / 1000 - 120)
  const account = await addTestAccount(db)
  const ask = async () => {
    await requestReset(fixture.ctx(otherClient()), { account: identifierSchema.parse(account.email), form })
    await fixture.deliver()
    return fixture.mailbox.to(account.email)
  }
  const [email] = await ask()
  const link = /https:\S+(?:reset-password|forgot_password)\?token=[\w.-]+/.exec(email?.text ?? '')?.[0] as string
  fixture.clock.advance(120)
  return { account, code: codeIn(email), path: link.slice(link.indexOf('.com/') + 4), ask }
}

type Browser = ReturnType<typeof createBrowser>

const stateOf = async (browser: Browser) => (await browser.query('recovery.linkState')).data

/** A browser whose person has entered the code of an email. */
async function withGrant() {
  const { account, code } = await withEmail()
  const browser = createBrowser()
  await browser.mutate('recovery.verifyCode', { account: account.email, code })
  expect(await stateOf(browser)).toMatchObject({ state: 'live', secret: 'grant' })
  return browser
}

/** The path of a link that was spent, in each form. */
async function spentLink(form: 'jwt' | 'v1' | 'pages') {
  const { path } = await withEmail(form)
  const token = path.split('token=')[1]
  expect((await createBrowser().mutate('recovery.resetPassword', { ...typed, token })).status).toBe(200)
  return path
}

/** The browser still holds its grant, and was told why the link does not work. */
async function expectKept(browser: Browser, response: Response, notice: string) {
  expect(await stateOf(browser)).toMatchObject({ state: 'live', secret: 'grant' })
  expect([response.status, response.headers.get('location')]).toEqual([307, `${API_ORIGIN}/forgot-password`])
  expect(browser.jar.get('latchkey-notice')).toBe(notice)
}

const UNKNOWN = 'x'.repeat(42).concat('w') // 43 letters, as a link has

describe('a reset in progress', () => {
  it.each(['pages', 'jwt', 'v1'] as const)('by a link of the form %s survives a newer request', async (form) => {
    const { path, ask } = await withEmail(form)
    const browser = createBrowser()
    await browser.open(form === 'pages' ? forgotPassword : resetLink, path)
    const data = await stateOf(browser)
    expect(data).toMatchObject({ state: 'live' })
    expect(await ask()).toHaveLength(2) // a stranger's request
    expect((await browser.mutate('recovery.resetPassword', { ...typed, binding: data.binding })).status).toBe(200)
  })

  it.each([
    ['/reset-password?token=junk', resetLink],
    ['/reset-password?token=', resetLink],
    ['/reset-password?token=a&token=b', resetLink],
    ['/reset-password?token=a.b.c', resetLink],
    [`/reset-password?token=${UNKNOWN}`, resetLink],
    [`/reset-password?token=${'A'.repeat(60)}`, resetLink],
    ['/api/accounts/forgot_password?token=junk', forgotPassword],
    ['/api/accounts/forgot_password?token=a&token=b', forgotPassword],
    [`/api/accounts/forgot_password?token=${UNKNOWN}`, forgotPassword],
  ] as const)('is not ended when another website opens %s in the browser', async (path, route) => {
    const browser = await withGrant()
    await expectKept(browser, await browser.open(route, path), 'link-unknown')
  })

  it.each([
    ['an account and a token that do not exist', encodeUid('nobody')],
    ['what names no account', '!'],
  ])('is not ended by a link of the contract `views` with %s', async (_, uidb64) => {
    const browser = await withGrant()
    const response = await browser.open(mailedLink, '/reset-password/uid/token/', { uidb64, token: UNKNOWN })
    await expectKept(browser, response, 'link-unknown')
  })

  it.each(['pages', 'jwt', 'v1'] as const)('is not ended by a spent link of the form %s', async (form) => {
    const browser = await withGrant()
    const response = await browser.open(form === 'pages' ? forgotPassword : resetLink, await spentLink(form))
    await expectKept(browser, response, 'link-used')
  })

  it.each(['jwt', 'v1'] as const)('gives way to a live link of the form %s', async (form) => {
    const [browser, { account, path }] = [await withGrant(), await withEmail(form)]
    const response = await browser.open(resetLink, path)
    expect(response.headers.get('location')).toBe(`${API_ORIGIN}/reset-password`)
    const masked = `${account.email[0]}•••@e•••.com`
    expect(await stateOf(browser)).toMatchObject({ state: 'live', secret: 'link', account: masked })
  })
})

it('a program gets the same answers as before, whatever it holds', async () => {
  const program = createBrowser({ accept: '*/*' })
  await program.open(resetLink, (await withEmail('v1')).path)
  const response = await program.open(resetLink, `/reset-password?token=${UNKNOWN}`)
  expect(response.headers.get('location')).toBe(`${API_ORIGIN}/reset-password`)
  expect(program.jar.get('latchkey-reset')).toBe(UNKNOWN)
})

it('a browser that holds nothing gets the page of the form, which says why a link is dead', async () => {
  for (const path of [`/reset-password?token=${UNKNOWN}`, '/reset-password?token=a&token=b']) {
    const browser = createBrowser()
    const response = await browser.open(resetLink, path)
    expect(response.headers.get('location')).toBe(`${API_ORIGIN}/reset-password`)
    expect(await stateOf(browser)).toEqual({ state: 'link-unknown' })
  }
})
