import { eq } from 'drizzle-orm'
import { describe, expect, it, vi } from 'vitest'
import { findSession } from '@/server/accounts/sessions'
import { signIn } from '@/server/accounts/sign-in'
import { identifierSchema } from '@/server/core/schemas'
import { linkTokenOf, newRequestId, signedIdOf } from '@/server/core/secrets'
import { users } from '@/server/db/schema'
import { OTHER_PASSWORD } from '@/server/testing/accounts'
import { createTestDatabase, waitForBlocked } from '@/server/testing/database'
import { tokenIn } from '@/server/testing/emails'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { refusalOf } from '@/server/testing/refusal'
import { openLink } from './open-link'
import { resetPassword } from './reset-password'
import { secureAccount } from './secure-account'

const { db } = await createTestDatabase()
const WEEK = 7 * 24 * 3600

/** An account whose password somebody has just reset, and the token of the mail that says so. */
async function withChange(given: Parameters<typeof createRecoveryFixture>[1] = {}) {
  const fixture = createRecoveryFixture(db, given)
  const account = await fixture.account()
  const identifier = identifierSchema.parse(account.email)
  const mails = () => fixture.mailbox.to(account.email)
  async function change(password: string) {
    const secret = await fixture.mailedLink(account)
    await resetPassword(fixture.ctx(), { secret, password })
    await fixture.deliver()
    fixture.clock.advance(1)
    return tokenIn(mails().at(-1))
  }
  return {
    fixture,
    account,
    mails,
    change,
    token: await change(OTHER_PASSWORD),
    disown: (token: string) => secureAccount(fixture.ctx(), { token }),
    signInWith: (password: string) => signIn(fixture.ctx(), { account: identifier, password }),
  }
}

describe('the owner who says "this wasn\'t me"', () => {
  it('stops the new password and ends every session', async () => {
    const { fixture, token, disown, signInWith } = await withChange()
    const session = await signInWith(OTHER_PASSWORD)
    await disown(token)
    expect(await findSession(fixture.ctx(), session.token)).toBeNull()
    expect(await refusalOf(signInWith(OTHER_PASSWORD))).toEqual({ code: 'sign-in-failed' })
  })

  it('is mailed a link at once, despite the cooldown, that sets a password', async () => {
    const { fixture, account, token, mails, disown, signInWith } = await withChange()
    const wakeMailWorker = vi.fn()
    await secureAccount(fixture.ctx({ wakeMailWorker }), { token })
    expect(wakeMailWorker).toHaveBeenCalledOnce()
    await fixture.deliver()
    expect(mails()).toHaveLength(3)
    const secret = { kind: 'link', token: tokenIn(mails().at(-1)) } as const
    await resetPassword(fixture.ctx(), { secret, password: 'back in my own hands' })
    await signInWith('back in my own hands')
    expect(await fixture.eventsOf(account)).toEqual(expect.arrayContaining(['account-secured', 'password-changed']))
    expect(await refusalOf(disown(token))).toEqual({ code: 'link-used' })
  })

  it('kills a link that somebody else has asked for meanwhile', async () => {
    const { fixture, account, token, disown } = await withChange()
    fixture.clock.advance(60)
    const link = await fixture.mailedLink(account)
    await disown(token)
    expect(await refusalOf(openLink(fixture.ctx(), link))).toEqual({ code: 'link-superseded' })
  })

  it('changes no other account', async () => {
    const { fixture, token, disown } = await withChange()
    const other = await fixture.account()
    await disown(token)
    const [row] = await db.select().from(users).where(eq(users.id, other.id))
    expect(row).toEqual(other)
  })
})

describe('the owner and the stranger at the same moment', () => {
  it('wait for each other in one order: the owner is first, and the stranger too late', async () => {
    const { fixture, account, token, disown, signInWith } = await withChange()
    fixture.clock.advance(60)
    const secret = await fixture.mailedLink(account)
    const connection = await db.$client.reserve()
    await connection.unsafe('begin')
    await connection.unsafe('select 1 from users where id = $1 for update', [account.id])
    const disowning = disown(token)
    await waitForBlocked(db, 1)
    const resetting = refusalOf(resetPassword(fixture.ctx(), { secret, password: 'chosen by a stranger' }))
    await waitForBlocked(db, 2)
    await connection.unsafe('commit')
    connection.release()
    await disowning
    expect(await resetting).toEqual({ code: 'link-superseded' })
    expect(await refusalOf(signInWith('chosen by a stranger'))).toEqual({ code: 'sign-in-failed' })
  })
})

describe('a notice', () => {
  it('works once', async () => {
    const { fixture, account, token, disown } = await withChange()
    await disown(token)
    expect(await refusalOf(disown(token))).toEqual({ code: 'link-used' })
    expect((await fixture.eventsOf(account)).filter((kind) => kind === 'account-secured')).toHaveLength(1)
  })

  it('works once when opened by ten at the same moment', async () => {
    const { fixture, account, token, disown } = await withChange()
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => disown(token)))
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1)
    await fixture.deliver()
    expect(fixture.mailbox.to(account.email)).toHaveLength(3)
  })

  it('works for a week, to the second', async () => {
    const { fixture, token, disown } = await withChange()
    fixture.clock.advance(WEEK - 1)
    expect(await refusalOf(disown(token))).toEqual({ code: 'link-expired' })
    fixture.clock.advance(-1)
    await disown(token)
  })

  it('of an older change does not undo a newer one', async () => {
    const { fixture, token, change, disown, signInWith } = await withChange()
    fixture.clock.advance(3600)
    const newer = await change('the newest passphrase')
    expect(await refusalOf(disown(token))).toEqual({ code: 'link-used' })
    await signInWith('the newest passphrase')
    await disown(newer)
    expect(await refusalOf(signInWith('the newest passphrase'))).toEqual({ code: 'sign-in-failed' })
  })

  it('still works after APP_SECRET was rotated', async () => {
    const { fixture, token, disown } = await withChange()
    fixture.secrets = ['a newer application secret of these tests', ...fixture.secrets]
    await disown(token)
  })
})

const { fixture, account, token, disown, signInWith } = await withChange()
const id = Buffer.from(token, 'base64url').subarray(0, 16).toString('hex')
const [secret] = fixture.secrets

describe('a token that no notice holds', () => {
  it.each([
    ['empty', ''],
    ['null', null],
    ['cut short', token.slice(0, -1)],
    ['longer by one', `${token}A`],
    ['altered in its id', `${token[0] === 'A' ? 'B' : 'A'}${token.slice(1)}`],
    ['altered in its proof', `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`],
    ['signed with another secret', signedIdOf('some other application secret', 'not-me', id)],
    ['the link token of the same id', linkTokenOf(secret, id)],
    [
      'that id and its link token',
      Buffer.concat([Buffer.from(id, 'hex'), Buffer.from(linkTokenOf(secret, id), 'base64url')]).toString('base64url'),
    ],
    ['well signed for no mail', signedIdOf(secret, 'not-me', newRequestId())],
    ['a mebibyte', 'A'.repeat(2 ** 20)],
  ])('is unknown: %s', async (_, other) => {
    expect(await refusalOf(disown(other as string))).toEqual({ code: 'link-unknown' })
    await signInWith(OTHER_PASSWORD)
  })

  it('is unknown: well signed for a mail that is no notice', async () => {
    fixture.clock.advance(60)
    await fixture.mailedLink(account)
    const [request] = (await fixture.outbox()).filter((row) => row.kind === 'password-reset')
    expect(await refusalOf(disown(signedIdOf(secret, 'not-me', request?.id as string)))).toEqual({
      code: 'link-unknown',
    })
  })
})

it('limits how often one address may try', async () => {
  const { fixture, token, disown } = await withChange({ policy: { rateLimitScale: 2 / 30 } })
  for (let n = 0; n < 2; n++) expect(await refusalOf(disown('x'))).toEqual({ code: 'link-unknown' })
  expect(await refusalOf(disown(token))).toEqual({ code: 'too-many-requests', retryAfterSeconds: 900 })
  fixture.clock.advance(900)
  await disown(token)
})
