import { eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { linkTokenOf, newRequestId } from '@/server/core/secrets'
import { users } from '@/server/db/schema'
import { OTHER_PASSWORD } from '@/server/testing/accounts'
import { createTestDatabase } from '@/server/testing/database'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { refusalOf } from '@/server/testing/refusal'
import { openLink } from './open-link'
import { resetPassword } from './reset-password'

const { db } = await createTestDatabase()

async function withLink(policy: Parameters<typeof createRecoveryFixture>[1] = {}) {
  const fixture = createRecoveryFixture(db, policy)
  const account = await fixture.account()
  const link = await fixture.mailedLink(account)
  return { fixture, account, link, open: () => openLink(fixture.ctx(), link) }
}

describe('the lifetime of a link', () => {
  it.each([3600, 900])('ends to the second after %i seconds', async (linkTtlSeconds) => {
    const { fixture, open } = await withLink({ policy: { linkTtlSeconds } })
    fixture.clock.advance(linkTtlSeconds - 1)
    await open()
    fixture.clock.advance(1)
    expect(await refusalOf(open())).toEqual({ code: 'link-expired' })
    fixture.clock.advance(1)
    expect(await refusalOf(open())).toEqual({ code: 'link-expired' })
  })

  it('is as long for redeeming as for opening', async () => {
    const { fixture, link } = await withLink()
    fixture.clock.advance(3600)
    const redeem = () => resetPassword(fixture.ctx(), { secret: link, password: OTHER_PASSWORD })
    expect(await refusalOf(redeem())).toEqual({ code: 'link-expired' })
    fixture.clock.advance(-1)
    await redeem()
  })
})

describe('a link dies', () => {
  it('by being used', async () => {
    const { fixture, link, open } = await withLink()
    await resetPassword(fixture.ctx(), { secret: link, password: OTHER_PASSWORD })
    expect(await refusalOf(open())).toEqual({ code: 'link-used' })
    // Older news is better news: it says what happened, not that time has passed since.
    fixture.clock.advance(7200)
    expect(await refusalOf(open())).toEqual({ code: 'link-used' })
  })

  it('by a newer mail', async () => {
    const { fixture, account, open } = await withLink()
    fixture.clock.advance(60)
    await fixture.mailedLink(account)
    expect(await refusalOf(open())).toEqual({ code: 'link-superseded' })
  })

  it.each([
    ['a change of address', { email: 'moved@example.com' }],
    ['a change of the case of its address', { email: 'Moved@example.com' }],
    ['another password', { passwordHash: '$argon2id$another' }],
    ['the loss of its password', { passwordHash: null }],
    ['a deactivation', { deactivatedAt: new Date() }],
  ])('by %s of the account', async (_, change) => {
    const { fixture, account, link, open } = await withLink()
    await db.update(users).set(change).where(eq(users.id, account.id))
    expect(await refusalOf(open())).toEqual({ code: 'link-expired' })
    const redeem = resetPassword(fixture.ctx(), { secret: link, password: OTHER_PASSWORD })
    expect(await refusalOf(redeem)).toEqual({ code: 'link-expired' })
    await db.delete(users).where(eq(users.id, account.id))
  })

  it('by a deactivation that was taken back with another password', async () => {
    const { account, open } = await withLink()
    await db.update(users).set({ deactivatedAt: new Date(), passwordHash: null }).where(eq(users.id, account.id))
    await db.update(users).set({ deactivatedAt: null }).where(eq(users.id, account.id))
    expect(await refusalOf(open())).toEqual({ code: 'link-expired' })
  })

  it('by the end of its account', async () => {
    const { account, open } = await withLink()
    await db.delete(users).where(eq(users.id, account.id))
    expect(await refusalOf(open())).toEqual({ code: 'link-unknown' })
  })

  it('not by a change of name', async () => {
    const { account, open } = await withLink()
    await db
      .update(users)
      .set({ fullName: 'Grace Example', username: `${account.username}2` })
      .where(eq(users.id, account.id))
    await open()
  })
})

const { fixture: guessing, link: mailed } = await withLink()

describe('a token that was never mailed', () => {
  const nextLetter = (letter: string) => (letter === 'A' ? 'B' : 'A')
  /** Another spelling of the same 32 bytes: the last letter has two bits that decoders ignore. */
  const nonCanonical = (token: string) => {
    const spelling = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    return token.slice(0, -1) + spelling[spelling.indexOf(token.at(-1) as string) + 1]
  }

  it.each<[string, (token: string) => unknown]>([
    ['null', () => null],
    ['the word null', () => 'null'],
    ['nothing', () => undefined],
    ['empty', () => ''],
    ['blank', () => '   '],
    ['an array', (token) => [token]],
    ['an object', (token) => ({ token })],
    ['a mebibyte', () => 'A'.repeat(2 ** 20)],
    ['shorter by one', (token) => token.slice(0, -1)],
    ['longer by one', (token) => `${token}A`],
    ['another in its first letter', (token) => nextLetter(token[0] as string) + token.slice(1)],
    ['another in its last letter', (token) => token.slice(0, -2) + nextLetter(token.at(-2) as string) + token.at(-1)],
    ['the same bytes spelt otherwise', nonCanonical],
    ['padded', (token) => `${token}=`],
    ['in the other base64 alphabet', (token) => `${token.slice(0, -1)}+`],
    ['in hex', (token) => Buffer.from(token, 'base64url').toString('hex')],
    ['upper-cased', (token) => token.toUpperCase()],
    ['percent-encoded', (token) => `%${token.charCodeAt(0).toString(16)}${token.slice(1)}`],
    ['percent-encoded twice', (token) => `%25${token.charCodeAt(0).toString(16)}${token.slice(1)}`],
    ['in spaces', (token) => ` ${token} `],
    ['with a NUL', (token) => `${token}\0`],
    [
      'with full-width letters',
      (token) => token.replace(/[A-Za-z0-9]/, (letter) => String.fromCodePoint(letter.charCodeAt(0) + 0xfee0)),
    ],
    ['the id of a request', () => newRequestId()],
    ['made with another secret', () => linkTokenOf('some other application secret', newRequestId())],
  ])('is unknown: %s', async (_, alter) => {
    const token = alter(mailed.token) as string
    expect(token).not.toBe(mailed.token)
    const secret = { kind: 'link', token } as const
    expect(await refusalOf(openLink(guessing.ctx(), secret))).toEqual({ code: 'link-unknown' })
    const redeem = resetPassword(guessing.ctx(), { secret, password: OTHER_PASSWORD })
    expect(await refusalOf(redeem)).toEqual({ code: 'link-unknown' })
    await openLink(guessing.ctx(), mailed)
  })
})

describe('opening', () => {
  it('spends nothing, however often', async () => {
    const { fixture, link, open } = await withLink()
    for (let n = 0; n < 20; n++) await open()
    await Promise.all(Array.from({ length: 20 }, open))
    await resetPassword(fixture.ctx(), { secret: link, password: OTHER_PASSWORD })
  })

  it('is limited for an address that guesses, without telling live from unknown', async () => {
    const { fixture, link, open } = await withLink({ policy: { rateLimitScale: 3 / 300 } })
    for (let n = 0; n < 3; n++)
      await refusalOf(openLink(fixture.ctx(), { kind: 'link', token: linkTokenOf('guess', newRequestId()) }))
    const refused = { code: 'too-many-requests', retryAfterSeconds: 900 }
    expect(await refusalOf(open())).toEqual(refused)
    expect(await refusalOf(openLink(fixture.ctx(), { kind: 'link', token: 'x' }))).toEqual(refused)
    fixture.clock.advance(900)
    await openLink(fixture.ctx(), link)
  })
})
