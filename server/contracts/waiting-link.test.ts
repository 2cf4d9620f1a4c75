import { describe, expect, it, vi } from 'vitest'
import { forgotPassword } from '@/server/contracts/accounts/handlers'
import { resetLink } from '@/server/contracts/jwt/handlers'
import { mailedLink } from '@/server/contracts/views/handlers'
import { identifierSchema } from '@/server/core/schemas'
import type { OutgoingEmail } from '@/server/mail/emails'
import { encodeUid } from '@/server/recovery/link-forms'
import { requestReset } from '@/server/recovery/request-reset'
import { addTestAccount } from '@/server/testing/accounts'
import { API_ORIGIN, API_SECRET, stubApiEnvironment } from '@/server/testing/api-client'
import { createBrowser } from '@/server/testing/browser'
import { createTestDatabase } from '@/server/testing/database'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'

const { db, url } = await createTestDatabase()
stubApiEnvironment(url)
vi.stubEnv('RATE_LIMIT_SCALE', String(2 / 300)) // two opened links for each network

async function withLink(form: 'pages' | 'jwt' | 'v1' = 'pages') {
  const fixture = createRecoveryFixture(db, { secrets: [API_SECRET] })
  fixture.clock.synchronize()
  const account = await addTestAccount(db)
  await requestReset(fixture.ctx(), { account: identifierSchema.parse(account.email), form })
  await fixture.deliver()
  const { text } = fixture.mailbox.to(account.email)[0] as OutgoingEmail
  return { account, token: /password\?token=([\w.-]+)/.exec(text)?.[1] as string }
}

type Browser = ReturnType<typeof createBrowser>

const open = (browser: Browser, token: string) =>
  browser.open(forgotPassword, `/api/accounts/forgot_password?token=${token}`)

async function fillBudget(browser: Browser) {
  for (let n = 0; n < 2; n++) await open(browser, 'x')
}

describe('a browser that has opened too many links', () => {
  it('gets a page that says how long to wait, and the link works afterwards', async () => {
    const { account, token } = await withLink()
    const browser = createBrowser()
    await fillBudget(browser)
    const refused = await open(browser, token)
    expect(refused.status).toBe(307)
    expect(refused.headers.get('location')).toBe(`${API_ORIGIN}/reset-password`)
    const waiting = (await browser.query('recovery.linkState')).data
    expect(waiting).toEqual({ state: 'too-many-requests', retryAfterSeconds: expect.any(Number) })
    expect(waiting.retryAfterSeconds).toBeGreaterThan(600)
    expect(waiting.retryAfterSeconds).toBeLessThanOrEqual(900)
    // Asking again does not make it longer, and looks nothing up.
    const again = (await browser.query('recovery.linkState')).data
    expect(again.retryAfterSeconds).toBeLessThanOrEqual(waiting.retryAfterSeconds)

    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 901_000 })
    const { data } = await browser.query('recovery.linkState')
    vi.useRealTimers()
    expect(data).toMatchObject({ state: 'live', secret: 'link', account: `${account.email[0]}•••@e•••.com` })
  })

  it('holds a link with the account that it names, so that it still works for no other', async () => {
    const [{ account, token }, other] = [await withLink(), await withLink()]
    const path = (of: { id: string }) => ({ uidb64: encodeUid(of.id), token })
    for (const [named, expected] of [
      [account, 'live'],
      [other.account, 'link-unknown'],
    ] as const) {
      const browser = createBrowser()
      await fillBudget(browser)
      const refused = await browser.open(mailedLink, '/reset-password/uid/token/', path(named))
      expect(refused.headers.get('location')).toBe(`${API_ORIGIN}/reset-password`)
      expect((await browser.query('recovery.linkState')).data.state).toBe('too-many-requests')
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 901_000 })
      const { data } = await browser.query('recovery.linkState')
      vi.useRealTimers()
      expect(data.state).toBe(expected)
    }
  })

  describe('and holds a secret', () => {
    /** Holds a link, and may open no further one. */
    async function withHeldLink() {
      const browser = createBrowser()
      await open(browser, (await withLink()).token)
      await open(browser, 'x')
      return { browser, held: browser.jar.get('latchkey-reset') }
    }

    it.each([
      ['/reset-password?token=junk', resetLink],
      ['/reset-password?token=a.b.c', resetLink],
      ['/api/accounts/forgot_password?token=junk', forgotPassword],
    ] as const)('keeps it when another website opens %s', async (path, route) => {
      const { browser, held } = await withHeldLink()
      const response = await browser.open(route, path)
      expect(response.headers.get('location')).toBe(`${API_ORIGIN}/forgot-password`)
      expect([...browser.jar]).toEqual([
        ['latchkey-reset', held],
        ['latchkey-notice', 'link-unknown'],
      ])
    })

    it.each(['jwt', 'v1'] as const)('holds a link of the form %s instead, which works later', async (form) => {
      const { account, token } = await withLink(form)
      const { browser } = await withHeldLink()
      const response = await browser.open(resetLink, `/reset-password?token=${token}`)
      expect(response.headers.get('location')).toBe(`${API_ORIGIN}/reset-password`)
      expect((await browser.query('recovery.linkState')).data.state).toBe('too-many-requests')
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 901_000 })
      const { data } = await browser.query('recovery.linkState')
      vi.useRealTimers()
      expect(data).toMatchObject({ state: 'live', account: `${account.email[0]}•••@e•••.com` })
    })
  })

  it.each([
    ['separators', 'x~1~y'],
    ['one separator', '~'],
    ['5,000 letters', 'x'.repeat(5000)],
    ['an escape', '%00'],
    ['nothing', ''],
  ])('with what is no link keeps nothing of it: %s', async (_, token) => {
    const browser = createBrowser()
    await fillBudget(browser)
    await open(browser, encodeURIComponent(token))
    expect(browser.jar.get('latchkey-reset')).toBe('malformed')
    expect((await browser.query('recovery.linkState')).data).toEqual({ state: 'link-unknown' })
  })
})

it('a program that has opened too many links gets the JSON of the contract, and no cookie', async () => {
  const { token } = await withLink()
  const program = createBrowser({ accept: 'application/json' })
  await fillBudget(program)
  const refused = await open(program, token)
  expect(refused.status).toBe(429)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(await refused.json()).toMatchObject({ message: expect.stringMatching(/^Too many attempts/) })
  expect(refused.headers.getSetCookie()).toEqual([])
})
