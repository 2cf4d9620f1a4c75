import { describe, expect, it } from 'vitest'
import {
  changeAccount,
  countPasswords,
  OTHER_PASSWORD,
  PASSWORD,
  signInTo,
  storedHash,
} from '@/server/testing/accounts'
import { createCodeFixture, otherClient } from '@/server/testing/code-fixture'
import { createTestDatabase } from '@/server/testing/database'
import { refusalOf } from '@/server/testing/refusal'
import { createResetFixture } from '@/server/testing/reset-fixture'
import type { PresentedSecret } from './find-live-secret'
import { resetPassword } from './reset-password'
import { secureAccount } from './secure-account'

const { db } = await createTestDatabase()

/** An account with a live secret of each kind, and `post`, which sends the form for a new password. */
async function withSecret(kind: 'link' | 'grant') {
  const created = kind === 'link' ? await createResetFixture(db) : await createCodeFixture(db)
  const { fixture, account } = created
  const secret: PresentedSecret =
    'secret' in created ? created.secret : { kind, token: (await created.enterRightCode()).grant }
  const post = (password = OTHER_PASSWORD, acceptRepeat = true, over = {}) =>
    resetPassword(fixture.ctx(over), { secret, password, acceptRepeat })
  return { fixture, account, post, dead: kind === 'link' ? 'link-used' : 'grant-unknown' }
}

describe.each(['link', 'grant'] as const)('a form that is posted again with the same password and %s', (kind) => {
  it('succeeds again, and changes the password once', async () => {
    const { fixture, account, post } = await withSecret(kind)
    await post()
    const [hash, events] = [await storedHash(db, account), await fixture.eventsOf(account)]
    await post()
    expect(await storedHash(db, account)).toBe(hash)
    expect(await fixture.eventsOf(account)).toEqual(events)
    expect((await fixture.outbox()).filter((email) => email.kind === 'password-changed')).toHaveLength(1)
    await signInTo(fixture.ctx(), account, OTHER_PASSWORD)
  })

  it('succeeds as often as it is posted at the same time, and changes the password once', async () => {
    const { fixture, account, post } = await withSecret(kind)
    await Promise.all([post(), post(), post()])
    expect(await countPasswords(db, account)).toBe(2)
    expect((await fixture.outbox()).filter((email) => email.kind === 'password-changed')).toHaveLength(1)
  })

  it('is refused with another password, which changes nothing', async () => {
    const { fixture, account, post, dead } = await withSecret(kind)
    await post()
    for (const password of ['yet another passphrase', PASSWORD, ''])
      expect(await refusalOf(post(password))).toEqual({ code: dead })
    await signInTo(fixture.ctx(), account, OTHER_PASSWORD)
  })

  it('does not tell whether a password is right that was set after it', async () => {
    const { fixture, account, post, dead } = await withSecret(kind)
    await post()
    fixture.clock.advance(61)
    const later = await fixture.mailedLink(account)
    await resetPassword(fixture.ctx(), { secret: later, password: 'set by the owner later' })
    for (const password of ['set by the owner later', OTHER_PASSWORD])
      expect(await refusalOf(post(password))).toEqual({ code: dead })
  })

  it('ends after ten passwords, whichever networks they come from', async () => {
    const { post, dead } = await withSecret(kind)
    await post()
    for (let n = 0; n < 9; n++)
      expect(await refusalOf(post(`a guess ${n}`, true, otherClient()))).toEqual({ code: dead })
    await post(OTHER_PASSWORD, true, otherClient())
    expect(await refusalOf(post(OTHER_PASSWORD, true, otherClient()))).toEqual({ code: dead })
  })

  it('is refused where repeats are not accepted', async () => {
    const { post, dead } = await withSecret(kind)
    await post()
    expect(await refusalOf(post(OTHER_PASSWORD, false))).toEqual({ code: dead })
  })

  it('succeeds for ten minutes', async () => {
    const { fixture, post, dead } = await withSecret(kind)
    await post()
    fixture.clock.advance(599)
    await post()
    fixture.clock.advance(1)
    expect(await refusalOf(post())).toEqual({ code: dead })
  })

  it('is refused once the account is inactive, or its password was changed or disabled', async () => {
    for (const change of [{ active: false }, { passwordHash: null }, 'secured'] as const) {
      const { fixture, account, post, dead } = await withSecret(kind)
      await post()
      await post()
      if (change === 'secured') {
        await fixture.deliver()
        const token = /\/secure-account\?token=(\S+)/.exec(fixture.mailbox.to(account.email).at(-1)?.text ?? '')?.[1]
        await secureAccount(fixture.ctx(), { token: token as string })
      } else await changeAccount(db, account, change)
      expect(await refusalOf(post())).toEqual({ code: dead })
    }
  })
})

it('repeats are counted by the limits', async () => {
  const { fixture, secret, reset } = await createResetFixture(db, { policy: { rateLimitScale: 0.1 } })
  const post = (password: string) => resetPassword(fixture.ctx(), { secret, password, acceptRepeat: true })
  await reset()
  for (let n = 0; n < 5; n++) expect(await refusalOf(post(`a guess ${n}`))).toEqual({ code: 'link-used' })
  expect(await refusalOf(post(OTHER_PASSWORD))).toMatchObject({ code: 'too-many-requests' })
})
