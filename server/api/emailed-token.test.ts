import { eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { mailSuppressions } from '@/server/db/schema'
import { secureAccountLink, stopEmailsLink } from '@/server/http/emailed-token'
import { resetPassword } from '@/server/recovery/reset-password'
import { addTestAccount, OTHER_PASSWORD, storedHash } from '@/server/testing/accounts'
import { API_ORIGIN, API_SECRET, stubApiEnvironment } from '@/server/testing/api-client'
import { createBrowser } from '@/server/testing/browser'
import { createTestDatabase } from '@/server/testing/database'
import { tokenIn } from '@/server/testing/emails'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'

const { db, url } = await createTestDatabase()
stubApiEnvironment(url)

/** An account whose password was just changed, and the token in the email about it. */
async function withChange() {
  const fixture = createRecoveryFixture(db, { secrets: [API_SECRET] })
  fixture.clock.synchronize()
  const account = await addTestAccount(db)
  await resetPassword(fixture.ctx(), { secret: await fixture.mailedLink(account), password: OTHER_PASSWORD })
  await fixture.deliver()
  const token = tokenIn(fixture.mailbox.to(account.email).at(-1))
  return { account, token, hash: await storedHash(db, account) }
}

type Browser = ReturnType<typeof createBrowser>

const open = (browser: Browser, query: string) => browser.open(secureAccountLink, `/secure-account${query}`)

describe('an opened link to secure an account', () => {
  it('moves its token into a cookie, changes nothing, and leaves a clean address', async () => {
    const { account, token, hash } = await withChange()
    const browser = createBrowser()
    const response = await open(browser, `?token=${token}`)
    expect(response.status).toBe(307)
    expect(response.headers.get('location')).toBe(`${API_ORIGIN}/secure-account`)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.getSetCookie()).toEqual([
      `latchkey-secure-account=${token}; Max-Age=3600; Path=/; HttpOnly; SameSite=Lax`,
    ])
    const { data, text } = await browser.query('recovery.secureAccountForm')
    expect(data).toEqual({ binding: expect.stringMatching(/^[\w-]{22}$/) })
    expect(text).not.toContain(token)
    expect(await storedHash(db, account)).toBe(hash)
  })

  it('secures the account when the button is pressed, once, and the cookie is gone', async () => {
    const { account, token, hash } = await withChange()
    const browser = createBrowser()
    await open(browser, `?token=${token}`)
    const form = (await browser.query('recovery.secureAccountForm')).data
    const { status, data } = await browser.mutate('recovery.secureAccount', form)
    expect([status, data.emailed]).toEqual([200, true])
    expect(await storedHash(db, account)).not.toBe(hash)
    expect(browser.cookies()).toEqual([])
    expect((await browser.query('recovery.secureAccountForm')).data).toBeNull()
  })

  it('does nothing for another account, when another link was opened after its page', async () => {
    const [own, attacker] = [await withChange(), await withChange()]
    const browser = createBrowser()
    await open(browser, `?token=${own.token}`)
    const shown = (await browser.query('recovery.secureAccountForm')).data
    await open(browser, `?token=${attacker.token}`)
    for (const input of [shown, {}, { binding: 'x'.repeat(22) }]) {
      const { status, error } = await browser.mutate('recovery.secureAccount', input)
      expect([status, error.data.reason]).toEqual([409, 'secret-changed'])
    }
    for (const { account, hash } of [own, attacker]) expect(await storedHash(db, account)).toBe(hash)
    await open(browser, `?token=${own.token}`)
    expect((await browser.mutate('recovery.secureAccount', shown)).status).toBe(200)
    expect(await storedHash(db, attacker.account)).toBe(attacker.hash)
  })

  it('stays when another website opens one with what cannot be a token', async () => {
    const { account, token, hash } = await withChange()
    const browser = createBrowser()
    await open(browser, `?token=${token}`)
    for (const query of [
      '?token=junk',
      '?token=',
      '?token=a&token=b',
      `?token=${token}&token=${token}`,
      `?token=${'x'.repeat(65)}`,
    ]) {
      expect((await open(browser, query)).headers.get('location')).toBe(`${API_ORIGIN}/secure-account`)
      expect(browser.jar.get('latchkey-secure-account'), query).toBe(token)
    }
    const form = (await browser.query('recovery.secureAccountForm')).data
    expect((await browser.mutate('recovery.secureAccount', form)).status).toBe(200)
    expect(await storedHash(db, account)).not.toBe(hash)
  })

  it('with anything else for a token keeps nothing of it', async () => {
    for (const query of ['?token=', '?token=a&token=b', '?token=%0d%0aset-cookie:x=y', `?token=${'x'.repeat(5000)}`]) {
      const browser = createBrowser()
      await open(browser, query)
      expect([...browser.jar], query).toEqual([['latchkey-secure-account', 'malformed']])
      const form = (await browser.query('recovery.secureAccountForm')).data
      expect((await browser.mutate('recovery.secureAccount', form)).error.data.reason).toBe('link-unknown')
    }
    const without = createBrowser()
    expect((await open(without, '')).headers.get('location')).toBe(`${API_ORIGIN}/secure-account`)
    expect(without.cookies()).toEqual([])
  })
})

describe('an opened link to stop emails', () => {
  /** An account with a reset email, and the token of its last line. */
  async function withEmail() {
    const fixture = createRecoveryFixture(db, { secrets: [API_SECRET] })
    fixture.clock.synchronize()
    const account = await addTestAccount(db)
    const email = await fixture.mailed(account)
    const token = /\/stop-emails\?token=([\w-]+)/.exec(email?.text ?? '')?.[1] as string
    const stopped = () => db.$count(mailSuppressions, eq(mailSuppressions.accountId, account.id))
    return { token, stopped }
  }

  it('stops nothing by itself; its buttons stop emails and allow them again', async () => {
    const { token, stopped } = await withEmail()
    const browser = createBrowser()
    const response = await browser.open(stopEmailsLink, `/stop-emails?token=${token}`)
    expect(response.headers.get('location')).toBe(`${API_ORIGIN}/stop-emails`)
    const form = (await browser.query('recovery.stopEmailsForm')).data
    expect(await stopped()).toBe(0)

    const { data } = await browser.mutate('recovery.stopEmails', form)
    const hours = (Date.parse(data.until) - Date.now()) / 3_600_000
    expect(Math.round(hours)).toBe(24)
    expect(await stopped()).toBe(1)

    expect((await browser.mutate('recovery.allowEmails', form)).status).toBe(200)
    expect(await stopped()).toBe(0)
    expect(browser.cookies()).toEqual([])
  })

  it('does nothing for another account, when another link was opened after its page', async () => {
    const [own, other] = [await withEmail(), await withEmail()]
    const browser = createBrowser()
    await browser.open(stopEmailsLink, `/stop-emails?token=${own.token}`)
    const form = (await browser.query('recovery.stopEmailsForm')).data
    await browser.open(stopEmailsLink, `/stop-emails?token=${other.token}`)
    for (const procedure of ['recovery.stopEmails', 'recovery.allowEmails']) {
      expect((await browser.mutate(procedure, form)).error.data.reason).toBe('secret-changed')
      expect((await browser.mutate(procedure, { token: 'x'.repeat(64) })).error.data.reason).toBe('link-unknown')
    }
    expect([await own.stopped(), await other.stopped()]).toEqual([0, 0])
  })

  it('stays when another website opens one with what cannot be a token', async () => {
    const { token, stopped } = await withEmail()
    const browser = createBrowser()
    await browser.open(stopEmailsLink, `/stop-emails?token=${token}`)
    for (const query of ['token=junk', 'token=a&token=b']) await browser.open(stopEmailsLink, `/stop-emails?${query}`)
    const form = (await browser.query('recovery.stopEmailsForm')).data
    await browser.mutate('recovery.stopEmails', form)
    expect(await stopped()).toBe(1)
  })

  it('is no link to secure an account', async () => {
    const { token } = await withEmail()
    const browser = createBrowser()
    await browser.open(stopEmailsLink, `/stop-emails?token=${token}`)
    expect((await browser.query('recovery.secureAccountForm')).data).toBeNull()
    expect((await browser.mutate('recovery.secureAccount', { token })).error.data.reason).toBe('link-unknown')
  })
})

describe('a program', () => {
  it('sends the token itself, and keeps its cookies', async () => {
    const [own, other] = [await withChange(), await withChange()]
    const browser = createBrowser()
    await open(browser, `?token=${other.token}`)
    expect((await browser.mutate('recovery.secureAccount', { token: own.token })).status).toBe(200)
    expect(browser.cookies()).toEqual(['latchkey-secure-account'])
    expect(await storedHash(db, other.account)).toBe(other.hash)
  })

  it('without a token and a cookie has no link', async () => {
    const { status, error } = await createBrowser().mutate('recovery.secureAccount', {})
    expect([status, error.data.reason]).toEqual([400, 'link-unknown'])
  })
})
