import { eq, sql } from 'drizzle-orm'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { currentPasswordSchema, newPasswordSchema } from '@/server/core/schemas'
import type { Database } from '@/server/db/client'
import { passwordResetTokens } from '@/server/db/schema'
import {
  changeAccount,
  countPasswords,
  countSessions,
  isSessionOpen,
  OTHER_PASSWORD,
  PASSWORD,
  readAccount,
  removeAccount,
  signInTo,
  storedHash,
} from '@/server/testing/accounts'
import { START } from '@/server/testing/clock'
import { createRecordedDatabase, createTestDatabase } from '@/server/testing/database'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { refusalOf } from '@/server/testing/refusal'
import { createResetFixture } from '@/server/testing/reset-fixture'
import { openLink } from './open-link'
import { resetPassword } from './reset-password'

const { db, url } = await createTestDatabase()
const recorded = createRecordedDatabase(url)
afterAll(() => recorded.close())

async function withLink(options: Parameters<typeof createRecoveryFixture>[1] = {}) {
  const created = await createResetFixture(db, options)
  const { fixture, account } = created
  return {
    ...created,
    signInWith: (password: string, ctx = fixture.ctx()) => signInTo(ctx, account, password),
    stored: () => readAccount(db, account),
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
    await signInTo(fixture.ctx(), account, OTHER_PASSWORD)
  })

  it('changes no other account', async () => {
    const { fixture, reset } = await withLink()
    const other = await fixture.account()
    const before = await readAccount(db, other)
    expect(before).toBeDefined()
    await signInTo(fixture.ctx(), other, PASSWORD)
    await reset()
    expect(await readAccount(db, other)).toEqual(before)
    expect(await countSessions(db, other)).toBe(1)
  })

  it('does not sign the user in', async () => {
    const { account, reset } = await withLink()
    await reset()
    expect(await countSessions(db, account)).toBe(0)
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
    const { fixture, account, reset, signInWith } = await withLink({ policy: { rateLimitScale: 2 } })
    const session = await signInWith(PASSWORD)
    const passwords = Array.from({ length: 50 }, (_, n) => `passphrase number ${n} of many`)
    const outcomes = await Promise.allSettled(passwords.map((password) => reset(password)))
    const accepted = passwords.filter((_, n) => outcomes[n]?.status === 'fulfilled')
    expect(accepted).toHaveLength(1)
    const refusals = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.code] : []))
    expect(new Set(refusals)).toEqual(new Set(['link-used']))
    expect(await countPasswords(db, account)).toBe(2)
    expect(await isSessionOpen(fixture.ctx(), session)).toBe(false)
    await signInWith(accepted[0] as string)
    await fixture.deliver()
    const subjects = fixture.mailbox.to(account.email).map((email) => email.subject)
    expect(subjects.filter((subject) => /password was changed/i.test(subject))).toHaveLength(1)
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
    const { reset, stored } = await withLink()
    const before = await stored()
    expect(await refusalOf(reset(password))).toMatchObject({ code: `password-${reason}` })
    expect(await stored()).toEqual(before)
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
    ['of a deactivated account', 'link-expired', {}, { active: false }],
  ])('is refused: %s', async (_, code, ofToken, ofAccount) => {
    const { fixture, account, reset } = await withLink()
    fixture.clock.advance(1)
    const change = async () => {
      await db
        .update(passwordResetTokens)
        .set({ createdAt: START, ...ofToken })
        .where(eq(passwordResetTokens.accountId, account.id))
      await changeAccount(db, account, { username: account.username, ...ofAccount })
    }
    expect(await refusalOf(reset(OTHER_PASSWORD, fixture.ctx({ db: withActionBeforeUse(change) })))).toEqual({ code })
    expect(await storedHash(db, account)).toBe(account.passwordHash)
    await removeAccount(db, account)
  })
})

describe('the effects of resetPassword', () => {
  it('end every session', async () => {
    const { fixture, account, reset, signInWith } = await withLink()
    const tokens = [await signInWith(PASSWORD), await signInWith(PASSWORD)]
    for (const token of tokens) expect(await isSessionOpen(fixture.ctx(), token)).toBe(true)
    await reset()
    for (const token of tokens) expect(await isSessionOpen(fixture.ctx(), token)).toBe(false)
    expect(await countSessions(db, account)).toBe(0)
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
    const { reset, stored, signInWith } = await withLink()
    const before = await stored()
    const resetWithBroken = async (table: string) => {
      await db.execute(
        sql.raw(`alter table latchkey.${table} add constraint broken check (created_at < 'epoch') not valid`),
      )
      await expect(reset()).rejects.toThrow(/broken/)
      await db.execute(sql.raw(`alter table latchkey.${table} drop constraint broken`))
      expect(await stored()).toEqual(before)
    }
    await resetWithBroken('security_events')
    await resetWithBroken('mail_outbox')
    await signInWith(PASSWORD)
    await reset()
  })
})

it('resetPassword hashes in the configured format, and a password that is too long for it spends nothing', async () => {
  const { account, reset, signInWith } = await withLink({
    policy: { passwordHash: 'bcrypt', passwordPepper: '0123456789abcdef'.repeat(8) },
  })
  const longest = 'the quick brown fox jumps over the lazy dog, and the dog sleeps on and o'
  expect(await refusalOf(reset(`${longest}!`))).toEqual({ code: 'password-too-many-bytes', limit: 72 })
  await reset(longest)
  expect(await storedHash(db, account)).toMatch(/^\$2a\$12\$/)
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
