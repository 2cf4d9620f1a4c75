import { describe, expect, it, vi } from 'vitest'
import { linkTokenOf, newRequestId, secureAccountTokenOf } from '@/server/core/secrets'
import {
  changeAccount,
  isSessionOpen,
  LOCK_ACCOUNT,
  OTHER_PASSWORD,
  readAccount,
  signInTo,
} from '@/server/testing/accounts'
import { createTestDatabase, waitForBlocked } from '@/server/testing/database'
import { tokenIn } from '@/server/testing/emails'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { refusalOf } from '@/server/testing/refusal'
import { openLink } from './open-link'
import { resetPassword } from './reset-password'
import { secureAccount } from './secure-account'

const { db } = await createTestDatabase()
const WEEK = 7 * 24 * 3600

/** An account whose password was just reset by a stranger, and the token in the email about the change. */
async function withChange(given: Parameters<typeof createRecoveryFixture>[1] = {}) {
  const fixture = createRecoveryFixture(db, given)
  const account = await fixture.account()
  const emails = () => fixture.mailbox.to(account.email)
  async function change(password: string) {
    const secret = await fixture.mailedLink(account)
    await resetPassword(fixture.ctx(), { secret, password })
    await fixture.deliver()
    fixture.clock.advance(1)
    return tokenIn(emails().at(-1))
  }
  return {
    fixture,
    account,
    emails,
    change,
    token: await change(OTHER_PASSWORD),
    secure: (token: string) => secureAccount(fixture.ctx(), { token }),
    signInWith: (password: string) => signInTo(fixture.ctx(), account, password),
  }
}

describe('secureAccount', () => {
  it('invalidates the new password and ends every session', async () => {
    const { fixture, token, secure, signInWith } = await withChange()
    const session = await signInWith(OTHER_PASSWORD)
    await secure(token)
    expect(await isSessionOpen(fixture.ctx(), session)).toBe(false)
    expect(await refusalOf(signInWith(OTHER_PASSWORD))).toEqual({ code: 'sign-in-failed' })
  })

  it('sends no link to an address that the account has only since the change', async () => {
    const { fixture, account, token, emails, secure, signInWith } = await withChange()
    await changeAccount(db, account, { email: 'intruder@example.com' })
    expect(await secure(token)).toEqual({ emailed: false })
    await fixture.deliver()
    expect(fixture.mailbox.to('intruder@example.com')).toEqual([])
    expect(emails()).toHaveLength(2)
    expect(await refusalOf(signInWith(OTHER_PASSWORD))).toEqual({ code: 'sign-in-failed' })
  })

  it('sends the owner a link to set a password, despite the cooldown', async () => {
    const { fixture, account, token, emails, secure, signInWith } = await withChange()
    const wakeMailWorker = vi.fn()
    await secureAccount(fixture.ctx({ wakeMailWorker }), { token })
    expect(wakeMailWorker).toHaveBeenCalledOnce()
    await fixture.deliver()
    expect(emails()).toHaveLength(3)
    const secret = { kind: 'link', token: tokenIn(emails().at(-1)) } as const
    await resetPassword(fixture.ctx(), { secret, password: 'back in my own hands' })
    await signInWith('back in my own hands')
    expect(await fixture.eventsOf(account)).toEqual(expect.arrayContaining(['account-secured', 'password-changed']))
    expect(await refusalOf(secure(token))).toEqual({ code: 'link-used' })
  })

  it('invalidates a link that was requested after the change', async () => {
    const { fixture, account, token, secure } = await withChange()
    fixture.clock.advance(60)
    const link = await fixture.mailedLink(account)
    await secure(token)
    expect(await refusalOf(openLink(fixture.ctx(), link))).toEqual({ code: 'link-superseded' })
  })

  it('changes no other account', async () => {
    const { fixture, token, secure } = await withChange()
    const other = await fixture.account()
    const before = await readAccount(db, other)
    expect(before).toBeDefined()
    await secure(token)
    expect(await readAccount(db, other)).toEqual(before)
  })
})

describe('secureAccount and resetPassword at the same time', () => {
  it('lock the account in the same order: the second call finds its link invalidated', async () => {
    const { fixture, account, token, secure, signInWith } = await withChange()
    fixture.clock.advance(60)
    const secret = await fixture.mailedLink(account)
    const connection = await db.$client.reserve()
    await connection.unsafe('begin')
    await connection.unsafe(LOCK_ACCOUNT, [account.id])
    const securing = secure(token)
    await waitForBlocked(db, 1)
    const resetting = refusalOf(resetPassword(fixture.ctx(), { secret, password: 'chosen by a stranger' }))
    await waitForBlocked(db, 2)
    await connection.unsafe('commit')
    connection.release()
    await securing
    expect(await resetting).toEqual({ code: 'link-superseded' })
    expect(await refusalOf(signInWith('chosen by a stranger'))).toEqual({ code: 'sign-in-failed' })
  })
})

describe('a secure-account link', () => {
  it('works once', async () => {
    const { fixture, account, token, secure } = await withChange()
    await secure(token)
    expect(await refusalOf(secure(token))).toEqual({ code: 'link-used' })
    expect((await fixture.eventsOf(account)).filter((kind) => kind === 'account-secured')).toHaveLength(1)
  })

  it('works once for ten calls at the same time', async () => {
    const { fixture, account, token, secure } = await withChange()
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => secure(token)))
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1)
    await fixture.deliver()
    expect(fixture.mailbox.to(account.email)).toHaveLength(3)
  })

  it('works for exactly one week', async () => {
    const { fixture, token, secure } = await withChange()
    fixture.clock.advance(WEEK - 1)
    expect(await refusalOf(secure(token))).toEqual({ code: 'link-expired' })
    fixture.clock.advance(-1)
    await secure(token)
  })

  it('does not undo a newer change of the password', async () => {
    const { fixture, token, change, secure, signInWith } = await withChange()
    fixture.clock.advance(3600)
    const newer = await change('the newest passphrase')
    expect(await refusalOf(secure(token))).toEqual({ code: 'link-used' })
    await signInWith('the newest passphrase')
    await secure(newer)
    expect(await refusalOf(signInWith('the newest passphrase'))).toEqual({ code: 'sign-in-failed' })
  })

  it('still works after APP_SECRET was rotated', async () => {
    const { fixture, token, secure } = await withChange()
    fixture.secrets = ['a newer application secret of these tests', ...fixture.secrets]
    await secure(token)
  })
})

const { fixture, account, token, secure, signInWith } = await withChange()
const id = Buffer.from(token, 'base64url').subarray(0, 16).toString('hex')
const [secret] = fixture.secrets

describe('an invalid secure-account token', () => {
  const idBytes = Buffer.from(id.replaceAll('-', ''), 'hex')
  it.each([
    ['an empty string', ''],
    ['null', null],
    ['one character shorter', token.slice(0, -1)],
    ['one character longer', `${token}A`],
    ['another first character, in the id', `${token[0] === 'A' ? 'B' : 'A'}${token.slice(1)}`],
    ['another last character, in the HMAC', `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`],
    ['signed with another secret', secureAccountTokenOf('some other application secret', id)],
    ['the link token of the same id', linkTokenOf(secret, idBytes)],
    [
      'the id followed by its link token',
      Buffer.concat([idBytes, Buffer.from(linkTokenOf(secret, idBytes), 'base64url')]).toString('base64url'),
    ],
    ['a valid signature of an unknown id', secureAccountTokenOf(secret, newRequestId())],
    ['1 MiB', 'A'.repeat(2 ** 20)],
  ])('is unknown: %s', async (_, invalid) => {
    expect(await refusalOf(secure(invalid as string))).toEqual({ code: 'link-unknown' })
    await signInWith(OTHER_PASSWORD)
  })

  it('is unknown: a valid signature of the id of another kind of email', async () => {
    fixture.clock.advance(60)
    await fixture.mailedLink(account)
    const [request] = (await fixture.outbox()).filter((row) => row.kind === 'password-reset')
    expect(await refusalOf(secure(secureAccountTokenOf(secret, request?.id as string)))).toEqual({
      code: 'link-unknown',
    })
  })
})

it('secureAccount limits the tries per address', async () => {
  const { fixture, token, secure } = await withChange({ policy: { rateLimitScale: 2 / 30 } })
  for (let n = 0; n < 2; n++) expect(await refusalOf(secure('x'))).toEqual({ code: 'link-unknown' })
  expect(await refusalOf(secure(token))).toEqual({ code: 'too-many-requests', retryAfterSeconds: 900 })
  fixture.clock.advance(900)
  await secure(token)
})
