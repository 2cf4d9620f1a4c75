import { eq, sql } from 'drizzle-orm'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { findSession } from '@/server/accounts/own/find-session'
import { signIn } from '@/server/accounts/own/sign-in'
import { currentPasswordSchema, identifierSchema, newPasswordSchema } from '@/server/core/schemas'
import type { Database } from '@/server/db/client'
import { passwordResetTokens, sessions, users } from '@/server/db/schema'
import { OTHER_PASSWORD, PASSWORD } from '@/server/testing/accounts'
import { START } from '@/server/testing/clock'
import { createRecordedDatabase, createTestDatabase, waitForBlocked } from '@/server/testing/database'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { refusalOf } from '@/server/testing/refusal'
import { openLink } from './open-link'
import { resetPassword } from './reset-password'

const { db, url } = await createTestDatabase()
const recorded = createRecordedDatabase(url)
afterAll(() => recorded.close())

async function withLink(options: Parameters<typeof createRecoveryFixture>[1] = {}) {
  const fixture = createRecoveryFixture(db, options)
  const account = await fixture.account()
  const secret = await fixture.mailedLink(account)
  const identifier = identifierSchema.parse(account.email)
  return {
    fixture,
    account,
    secret,
    reset: (password = OTHER_PASSWORD, ctx = fixture.ctx()) => resetPassword(ctx, { secret, password }),
    signInWith: (password: string, ctx = fixture.ctx()) => signIn(ctx, { account: identifier, password }),
    stored: async () => {
      const [row] = await db.select().from(users).where(eq(users.id, account.id))
      return row as typeof users.$inferSelect
    },
  }
}

describe('resetPassword', () => {
  it('replaces the old password by the new one', async () => {
    const { reset, signInWith } = await withLink()
    await reset()
    expect(await refusalOf(signInWith(PASSWORD))).toEqual({ code: 'sign-in-failed' })
    await signInWith(OTHER_PASSWORD)
  })

  it('runs two statements', async () => {
    const { fixture, reset } = await withLink()
    recorded.statements.length = 0
    await reset(OTHER_PASSWORD, fixture.ctx({ db: recorded.db }))
    expect(recorded.statements).toHaveLength(2)
  })

  it('sets the first password of an account that has none', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account({ passwordHash: null })
    await resetPassword(fixture.ctx(), { secret: await fixture.mailedLink(account), password: OTHER_PASSWORD })
    await signIn(fixture.ctx(), { account: identifierSchema.parse(account.username), password: OTHER_PASSWORD })
  })

  it('changes no other account', async () => {
    const { fixture, reset } = await withLink()
    const other = await fixture.account()
    await signIn(fixture.ctx(), { account: identifierSchema.parse(other.email), password: PASSWORD })
    await reset()
    const [row] = await db.select().from(users).where(eq(users.id, other.id))
    expect(row).toEqual(other)
    expect(await db.select().from(sessions).where(eq(sessions.userId, other.id))).toHaveLength(1)
  })

  it('does not sign the user in', async () => {
    const { account, reset } = await withLink()
    await reset()
    expect(await db.select().from(sessions).where(eq(sessions.userId, account.id))).toEqual([])
  })

  it('treats the NFC and NFD forms of a password as equal', async () => {
    const { reset, signInWith } = await withLink()
    await reset(newPasswordSchema.parse('cafe\u0301 cre\u0300me bru\u0302le\u0301e'))
    await signInWith(currentPasswordSchema.parse('caf\u00e9 cr\u00e8me br\u00fbl\u00e9e'))
    await signInWith(currentPasswordSchema.parse('cafe\u0301 cre\u0300me bru\u0302le\u0301e'))
  })

  it('wakes the mail worker', async () => {
    const { fixture, reset } = await withLink()
    const wakeMailWorker = vi.fn()
    await reset(OTHER_PASSWORD, fixture.ctx({ wakeMailWorker }))
    expect(wakeMailWorker).toHaveBeenCalledOnce()
  })
})

describe('a reset link', () => {
  it('is accepted by exactly one of fifty calls at the same time, which sets the password', async () => {
    const { account, reset, signInWith, stored } = await withLink({ policy: { rateLimitScale: 2 } })
    const passwords = Array.from({ length: 50 }, (_, n) => `passphrase number ${n} of many`)
    const outcomes = await Promise.allSettled(passwords.map((password) => reset(password)))
    const accepted = passwords.filter((_, n) => outcomes[n]?.status === 'fulfilled')
    expect(accepted).toHaveLength(1)
    const refusals = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.code] : []))
    expect(new Set(refusals)).toEqual(new Set(['link-used']))
    expect((await stored()).passwordVersion).toBe(account.passwordVersion + 1)
    await signInWith(accepted[0] as string)
  })

  it('is accepted once', async () => {
    const { reset, signInWith } = await withLink()
    await reset()
    expect(await refusalOf(reset('yet another passphrase'))).toEqual({ code: 'link-used' })
    await signInWith(OTHER_PASSWORD)
  })

  it.each([
    ['too-short', 'short'],
    ['too-long', 'x y'.repeat(50)],
    ['too-common', 'password1'],
    ['too-simple', 'abcabcabc'],
    ['personal', 'adaexample1'],
  ])('can still be used after a password that is %s', async (reason, password) => {
    const { reset, stored, account } = await withLink()
    expect(await refusalOf(reset(password))).toMatchObject({ code: `password-${reason}` })
    expect(await stored()).toEqual(account)
    await reset()
  })

  it('does not use up the link of another account', async () => {
    const { fixture, reset, secret } = await withLink()
    const other = await fixture.account()
    await fixture.mailedLink(other)
    await reset()
    const [row] = await db.select().from(passwordResetTokens).where(eq(passwordResetTokens.accountId, other.id))
    expect(row?.usedAt).toBeNull()
    expect(await refusalOf(openLink(fixture.ctx(), secret))).toEqual({ code: 'link-used' })
  })
})

describe('a link that stops working while the new password is hashed', () => {
  /** The same database, which runs `action` just before the statement that uses the link. */
  const withActionBeforeUse = (action: () => Promise<unknown>) => {
    const unsafe = async (...call: Parameters<typeof db.$client.unsafe>) => {
      if (/update latchkey.password_reset_tokens/.test(call[0])) await action()
      return db.$client.unsafe(...call)
    }
    return { $client: { unsafe } } as unknown as Database
  }

  it.each([
    ['used', 'link-used', { usedAt: START }, {}],
    ['superseded', 'link-superseded', { supersededAt: START }, {}],
    ['expired', 'link-expired', { expiresAt: new Date(START.getTime() + 1), createdAt: new Date(0) }, {}],
    ['older than a change of address', 'link-expired', {}, { email: 'moved@example.com' }],
    ['of a deactivated account', 'link-expired', {}, { deactivatedAt: START }],
  ])('is refused: %s', async (_, code, ofToken, ofAccount) => {
    const { fixture, account, reset, stored } = await withLink()
    fixture.clock.advance(1)
    const change = async () => {
      await db
        .update(passwordResetTokens)
        .set({ createdAt: START, ...ofToken })
        .where(eq(passwordResetTokens.accountId, account.id))
      await db
        .update(users)
        .set({ username: account.username, ...ofAccount })
        .where(eq(users.id, account.id))
    }
    expect(await refusalOf(reset(OTHER_PASSWORD, fixture.ctx({ db: withActionBeforeUse(change) })))).toEqual({ code })
    expect((await stored()).passwordHash).toBe(account.passwordHash)
    await db.delete(users).where(eq(users.id, account.id))
  })
})

describe('the effects of resetPassword', () => {
  it('end every session', async () => {
    const { fixture, account, reset, signInWith } = await withLink()
    const tokens = [await signInWith(PASSWORD), await signInWith(PASSWORD)].map((signedIn) => signedIn.token)
    for (const token of tokens) expect(await findSession(fixture.ctx(), token)).not.toBeNull()
    await reset()
    for (const token of tokens) expect(await findSession(fixture.ctx(), token)).toBeNull()
    expect(await db.select().from(sessions).where(eq(sessions.userId, account.id))).toEqual([])
  })

  it('end a session that is created with the old password at the same time', async () => {
    const { fixture, reset, signInWith } = await withLink()
    // The sign-in locks the account while the reset is already running, and commits first.
    const connection = await db.$client.reserve()
    await connection.unsafe('begin')
    const { token } = await signInWith(PASSWORD, fixture.ctx({ db: { $client: connection } as unknown as Database }))
    const resetting = reset()
    await waitForBlocked(db, 1)
    await connection.unsafe('commit')
    connection.release()
    await resetting
    expect(await findSession(fixture.ctx(), token)).toBeNull()
  })

  it('include the refusal of a sign-in whose password is changed while it is verified', async () => {
    const { fixture, reset, signInWith } = await withLink()
    const connection = await db.$client.reserve()
    await connection.unsafe('begin')
    await reset(OTHER_PASSWORD, fixture.ctx({ db: { $client: connection } as unknown as Database }))
    const signingIn = refusalOf(signInWith(PASSWORD))
    await waitForBlocked(db, 1)
    await connection.unsafe('commit')
    connection.release()
    expect(await signingIn).toEqual({ code: 'sign-in-failed' })
  })

  it('include an audit event and one email to the account', async () => {
    const { fixture, account, reset } = await withLink()
    await reset()
    expect(await fixture.eventsOf(account)).toEqual(['password-changed', 'reset-mailed', 'reset-requested'])
    await fixture.deliver()
    const [, changed, ...more] = fixture.mailbox.to(account.email)
    expect(changed?.subject).toMatch(/password was changed/i)
    expect(changed?.text).toContain('Firefox on Windows')
    expect(more).toEqual([])
  })

  it('happen all together or not at all: if the audit event or the email fails, nothing changes', async () => {
    const { account, reset, stored, signInWith } = await withLink()
    const resetWithBroken = async (table: string) => {
      await db.execute(sql.raw(`alter table ${table} add constraint broken check (created_at < 'epoch') not valid`))
      await expect(reset()).rejects.toThrow(/broken/)
      await db.execute(sql.raw(`alter table ${table} drop constraint broken`))
      expect(await stored()).toEqual(account)
    }
    await resetWithBroken('security_events')
    await resetWithBroken('mail_outbox')
    await signInWith(PASSWORD)
    await reset()
  })
})

it('resetPassword hashes in the configured format, and a password that is too long for it spends nothing', async () => {
  const { reset, stored, signInWith } = await withLink({
    policy: { passwordHash: 'bcrypt', passwordPepper: '0123456789abcdef'.repeat(8) },
  })
  const longest = 'the quick brown fox jumps over the lazy dog, and the dog sleeps on and o'
  expect(await refusalOf(reset(`${longest}!`))).toEqual({ code: 'password-too-many-bytes', limit: 72 })
  await reset(longest)
  expect((await stored()).passwordHash).toMatch(/^\$2a\$12\$/)
  await signInWith(longest)
  expect(await refusalOf(signInWith(longest.slice(0, 71)))).toEqual({ code: 'sign-in-failed' })
})

it('resetPassword limits the tries per address, and a refused try does not use up the link', async () => {
  const { fixture, reset } = await withLink({ policy: { rateLimitScale: 2 / 60 } })
  for (let n = 0; n < 2; n++) expect(await refusalOf(reset('short'))).toMatchObject({ code: 'password-too-short' })
  expect(await refusalOf(reset())).toEqual({ code: 'too-many-requests', retryAfterSeconds: 900 })
  fixture.clock.advance(900)
  await reset()
})
