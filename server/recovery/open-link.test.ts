import { describe, expect, it } from 'vitest'
import { linkTokenOf, newRequestId, newSeed } from '@/server/core/secrets'
import { changeAccount, OTHER_PASSWORD, removeAccount } from '@/server/testing/accounts'
import { createTestDatabase } from '@/server/testing/database'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { refusalOf } from '@/server/testing/refusal'
import { openLink } from './open-link'
import { resetPassword } from './reset-password'

const { db } = await createTestDatabase()

async function withLink(options: Parameters<typeof createRecoveryFixture>[1] = {}) {
  const fixture = createRecoveryFixture(db, options)
  const account = await fixture.account()
  const link = await fixture.mailedLink(account)
  return { fixture, account, link, open: () => openLink(fixture.ctx(), link) }
}

describe('openLink', () => {
  it.each([3600, 900])('accepts a link for exactly %i seconds', async (linkTtlSeconds) => {
    const { fixture, open } = await withLink({ policy: { linkTtlSeconds } })
    fixture.clock.advance(linkTtlSeconds - 1)
    await open()
    fixture.clock.advance(1)
    expect(await refusalOf(open())).toEqual({ code: 'link-expired' })
    fixture.clock.advance(1)
    expect(await refusalOf(open())).toEqual({ code: 'link-expired' })
  })

  it('accepts a link for as long as resetPassword does', async () => {
    const { fixture, link } = await withLink()
    fixture.clock.advance(3600)
    const redeem = () => resetPassword(fixture.ctx(), { secret: link, password: OTHER_PASSWORD })
    expect(await refusalOf(redeem())).toEqual({ code: 'link-expired' })
    fixture.clock.advance(-1)
    await redeem()
  })
})

describe('a link stops working', () => {
  it('when it is used', async () => {
    const { fixture, link, open } = await withLink()
    await resetPassword(fixture.ctx(), { secret: link, password: OTHER_PASSWORD })
    expect(await refusalOf(open())).toEqual({ code: 'link-used' })
    // After its expiry too, the answer says that the link was used, which explains more.
    fixture.clock.advance(7200)
    expect(await refusalOf(open())).toEqual({ code: 'link-used' })
  })

  it('when a newer email is sent', async () => {
    const { fixture, account, open } = await withLink()
    fixture.clock.advance(60)
    await fixture.mailedLink(account)
    expect(await refusalOf(open())).toEqual({ code: 'link-superseded' })
  })

  it.each([
    ['its email address changes', { email: 'moved@example.com' }],
    ['the case of its email address changes', { email: 'Moved@example.com' }],
    ['its password changes', { passwordHash: '$argon2id$another' }],
    ['its password is removed', { passwordHash: null }],
    ['it is deactivated', { active: false }],
  ])('when the account changes: %s', async (_, change) => {
    const { fixture, account, link, open } = await withLink()
    await changeAccount(db, account, change)
    expect(await refusalOf(open())).toEqual({ code: 'link-expired' })
    const redeem = resetPassword(fixture.ctx(), { secret: link, password: OTHER_PASSWORD })
    expect(await refusalOf(redeem)).toEqual({ code: 'link-expired' })
    await removeAccount(db, account)
  })

  it('when the account was deactivated and activated again without its password', async () => {
    const { account, open } = await withLink()
    await changeAccount(db, account, { active: false, passwordHash: null })
    await changeAccount(db, account, { active: true })
    expect(await refusalOf(open())).toEqual({ code: 'link-expired' })
  })

  it('when the account is deleted', async () => {
    const { account, open } = await withLink()
    await removeAccount(db, account)
    expect(await refusalOf(open())).toEqual({ code: 'link-expired' })
  })

  it('but not when only the names of the account change', async () => {
    const { account, open } = await withLink()
    await changeAccount(db, account, { fullName: 'Grace Example', username: `${account.username}2` })
    await open()
  })
})

const { fixture, link: realLink } = await withLink()

describe('a token that was never sent', () => {
  const nextLetter = (letter: string) => (letter === 'A' ? 'B' : 'A')
  /** Another spelling of the same 32 bytes: decoders ignore two bits of the last character. */
  const nonCanonical = (token: string) => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    return token.slice(0, -1) + alphabet[alphabet.indexOf(token.at(-1) as string) + 1]
  }

  it.each<[string, (token: string) => unknown]>([
    ['null', () => null],
    ['the word null', () => 'null'],
    ['undefined', () => undefined],
    ['an empty string', () => ''],
    ['spaces', () => '   '],
    ['an array', (token) => [token]],
    ['an object', (token) => ({ token })],
    ['1 MiB', () => 'A'.repeat(2 ** 20)],
    ['one character shorter', (token) => token.slice(0, -1)],
    ['one character longer', (token) => `${token}A`],
    ['another first character', (token) => nextLetter(token[0] as string) + token.slice(1)],
    [
      'another last character but one',
      (token) => token.slice(0, -2) + nextLetter(token.at(-2) as string) + token.at(-1),
    ],
    ['another spelling of the same bytes', nonCanonical],
    ['with padding', (token) => `${token}=`],
    ['in the standard base64 alphabet', (token) => `${token.slice(0, -1)}+`],
    ['in hex', (token) => Buffer.from(token, 'base64url').toString('hex')],
    ['in upper case', (token) => token.toUpperCase()],
    ['percent-encoded', (token) => `%${token.charCodeAt(0).toString(16)}${token.slice(1)}`],
    ['percent-encoded twice', (token) => `%25${token.charCodeAt(0).toString(16)}${token.slice(1)}`],
    ['with spaces around it', (token) => ` ${token} `],
    ['with a NUL', (token) => `${token}\0`],
    [
      'with full-width letters',
      (token) => token.replace(/[A-Za-z0-9]/, (letter) => String.fromCodePoint(letter.charCodeAt(0) + 0xfee0)),
    ],
    ['the id of a request', () => newRequestId()],
    ['derived from another secret', () => linkTokenOf('some other application secret', newSeed())],
  ])('is unknown: %s', async (_, alter) => {
    const token = alter(realLink.token) as string
    expect(token).not.toBe(realLink.token)
    const secret = { kind: 'link', token } as const
    expect(await refusalOf(openLink(fixture.ctx(), secret))).toEqual({ code: 'link-unknown' })
    const redeem = resetPassword(fixture.ctx(), { secret, password: OTHER_PASSWORD })
    expect(await refusalOf(redeem)).toEqual({ code: 'link-unknown' })
    await openLink(fixture.ctx(), realLink)
  })
})

describe('opening a link', () => {
  it('does not use it up, however often it is opened', async () => {
    const { fixture, link, open } = await withLink()
    for (let n = 0; n < 20; n++) await open()
    await Promise.all(Array.from({ length: 20 }, open))
    await resetPassword(fixture.ctx(), { secret: link, password: OTHER_PASSWORD })
  })

  it('is limited per address, with the same answer for valid and unknown links', async () => {
    const { fixture, link, open } = await withLink({ policy: { rateLimitScale: 3 / 300 } })
    for (let n = 0; n < 3; n++)
      await refusalOf(openLink(fixture.ctx(), { kind: 'link', token: linkTokenOf('guess', newSeed()) }))
    const refused = { code: 'too-many-requests', retryAfterSeconds: 900 }
    expect(await refusalOf(open())).toEqual(refused)
    expect(await refusalOf(openLink(fixture.ctx(), { kind: 'link', token: 'x' }))).toEqual(refused)
    fixture.clock.advance(900)
    await openLink(fixture.ctx(), link)
  })
})
