import { describe, expect, it } from 'vitest'
import { resetLink } from '@/server/contracts/jwt/handlers'
import { addTestAccount, OTHER_PASSWORD, storedHash } from '@/server/testing/accounts'
import { API_SECRET, stubApiEnvironment } from '@/server/testing/api-client'
import { createBrowser } from '@/server/testing/browser'
import { createTestDatabase } from '@/server/testing/database'
import { codeIn, tokenIn } from '@/server/testing/emails'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'

const { db, url } = await createTestDatabase()
stubApiEnvironment(url)

const typed = { password: OTHER_PASSWORD, confirmPassword: OTHER_PASSWORD }

/** An account, and the token and the code that were emailed to it just now. */
async function withEmail() {
  const fixture = createRecoveryFixture(db, { secrets: [API_SECRET] })
  fixture.clock.synchronize()
  const account = await addTestAccount(db)
  const email = await fixture.mailed(account)
  return { account, token: tokenIn(email), code: codeIn(email), hash: await storedHash(db, account) }
}

const masked = ({ email }: { email: string }) => `${email[0]}•••@e•••.com`

type Browser = ReturnType<typeof createBrowser>

const follow = (browser: Browser, token: string) => browser.open(resetLink, `/reset-password?token=${token}`)

describe('the form for a new password', () => {
  it('names the account that it is for, masked', async () => {
    const { account, token } = await withEmail()
    const browser = createBrowser()
    await follow(browser, token)
    const { data } = await browser.query('recovery.linkState')
    expect(data).toMatchObject({ state: 'live', secret: 'link', account: masked(account) })
    expect(JSON.stringify(data)).not.toContain(account.email)
    expect(JSON.stringify(data)).not.toContain(token)
  })

  it('changes nothing when another link was opened in the browser, and works again after a reload', async () => {
    const [own, attacker] = [await withEmail(), await withEmail()]
    const browser = createBrowser()
    await follow(browser, own.token)
    const shown = (await browser.query('recovery.linkState')).data
    await follow(browser, attacker.token)

    const refused = await browser.mutate('recovery.resetPassword', { ...typed, binding: shown.binding })
    expect(refused.status).toBe(409)
    expect(refused.error.data).toMatchObject({ reason: 'secret-changed' })
    for (const { account, hash } of [own, attacker]) expect(await storedHash(db, account)).toBe(hash)

    const reloaded = (await browser.query('recovery.linkState')).data
    expect(reloaded).toMatchObject({ state: 'live', account: masked(attacker.account) })
    await follow(browser, own.token)
    expect((await browser.mutate('recovery.resetPassword', { ...typed, binding: shown.binding })).status).toBe(200)
    expect(await storedHash(db, attacker.account)).toBe(attacker.hash)
  })

  it('changes nothing after a right code either, when a link was opened in the browser', async () => {
    const [own, attacker] = [await withEmail(), await withEmail()]
    const browser = createBrowser()
    await browser.mutate('recovery.verifyCode', { account: own.account.email, code: own.code })
    const { binding } = (await browser.query('recovery.linkState')).data
    await follow(browser, attacker.token)
    for (const input of [typed, { ...typed, binding }]) {
      const { status, error } = await browser.mutate('recovery.resetPassword', input)
      expect([status, error.data.reason]).toEqual([409, 'secret-changed'])
    }
    for (const { account, hash } of [own, attacker]) expect(await storedHash(db, account)).toBe(hash)
  })

  it('saves what was entered after the link of the same email was opened in another tab', async () => {
    const { account, token, code, hash } = await withEmail()
    const browser = createBrowser()
    await browser.mutate('recovery.verifyCode', { account: account.email, code })
    const { binding } = (await browser.query('recovery.linkState')).data
    await follow(browser, token)
    expect((await browser.mutate('recovery.resetPassword', { ...typed, binding })).status).toBe(200)
    expect(await storedHash(db, account)).not.toBe(hash)
  })

  it('still works after a dead link was opened in the browser', async () => {
    const [own, spent] = [await withEmail(), await withEmail()]
    await createBrowser().mutate('recovery.resetPassword', { ...typed, token: spent.token })
    const browser = createBrowser()
    await follow(browser, own.token)
    const { binding } = (await browser.query('recovery.linkState')).data
    for (const other of [spent.token, 'x'.repeat(43)]) await follow(browser, other)
    expect((await browser.mutate('recovery.resetPassword', { ...typed, binding })).status).toBe(200)
    expect(await storedHash(db, own.account)).not.toBe(own.hash)
  })

  it.each(['', 'null', 'x'.repeat(22), undefined])(
    'must be bound to an opened link: %j is no binding',
    async (binding) => {
      const { account, token, hash } = await withEmail()
      const browser = createBrowser()
      await follow(browser, token)
      const { status, error } = await browser.mutate('recovery.resetPassword', { ...typed, binding })
      expect([status, error.data.reason]).toEqual([409, 'secret-changed'])
      expect(await storedHash(db, account)).toBe(hash)
    },
  )

  it('says so too when the browser holds no secret any more', async () => {
    const { token } = await withEmail()
    const browser = createBrowser()
    await follow(browser, token)
    const { binding } = (await browser.query('recovery.linkState')).data
    browser.jar.clear()
    expect((await browser.mutate('recovery.resetPassword', { ...typed, binding })).error.data.reason).toBe(
      'secret-changed',
    )
  })

  it('may be sent again: the answer is the same, and the password is changed once', async () => {
    const { account, token } = await withEmail()
    const browser = createBrowser()
    await follow(browser, token)
    const { binding } = (await browser.query('recovery.linkState')).data
    const first = await browser.mutate('recovery.resetPassword', { ...typed, binding })
    const hash = await storedHash(db, account)
    const again = await browser.mutate('recovery.resetPassword', { ...typed, binding })
    expect([again.status, again.text]).toEqual([200, first.text])
    expect(await storedHash(db, account)).toBe(hash)

    const other = { password: 'yet another passphrase', confirmPassword: 'yet another passphrase', binding }
    expect((await browser.mutate('recovery.resetPassword', other)).error.data.reason).toBe('link-used')
    // The used link alone tells nothing about the password, nor does a form of another link.
    const stranger = createBrowser()
    stranger.jar.set('latchkey-reset', token)
    const elsewhere = createBrowser()
    await follow(elsewhere, (await withEmail()).token)
    const foreign = (await elsewhere.query('recovery.linkState')).data.binding
    for (const input of [typed, { ...typed, binding: foreign }, { ...typed, binding: '' }]) {
      expect((await stranger.mutate('recovery.resetPassword', input)).error.data.reason).toBe('secret-changed')
    }
    const program = await stranger.mutate('recovery.resetPassword', { ...typed, token, binding })
    expect(program.error.data.reason).toBe('link-used')
  })

  it('is not for a grant in a link: only entering a code puts one into the browser', async () => {
    const { account, code } = await withEmail()
    const browser = createBrowser()
    await browser.mutate('recovery.verifyCode', { account: account.email, code })
    const grant = browser.jar.get('latchkey-reset') as string
    expect(grant).toMatch(/^[A-Za-z0-9]{60}$/)
    const other = createBrowser()
    await follow(other, grant)
    expect((await other.query('recovery.linkState')).data).toEqual({ state: 'link-unknown' })
  })
})

describe('a program', () => {
  it('that sends the token needs no binding, whatever its cookies hold', async () => {
    const [own, other] = [await withEmail(), await withEmail()]
    const browser = createBrowser()
    await follow(browser, other.token)
    const sent = await browser.mutate('recovery.resetPassword', { ...typed, token: own.token, binding: 'any' })
    expect(sent.status).toBe(200)
    expect(await storedHash(db, own.account)).not.toBe(own.hash)
    expect(await storedHash(db, other.account)).toBe(other.hash)
  })

  it('that has entered a code needs no binding', async () => {
    const { account, code, hash } = await withEmail()
    const browser = createBrowser()
    await browser.mutate('recovery.verifyCode', { account: account.email, code })
    expect((await browser.mutate('recovery.resetPassword', typed)).status).toBe(200)
    expect(await storedHash(db, account)).not.toBe(hash)
  })
})
