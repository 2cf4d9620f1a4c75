import { eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { identifierSchema } from '@/server/core/schemas'
import { users } from '@/server/db/schema'
import { PASSWORD } from '@/server/testing/accounts'
import { createTestDatabase } from '@/server/testing/database'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { refusalOf } from '@/server/testing/refusal'
import { AccountError, addAccount } from './add-account'
import { DEMO_ACCOUNTS, seedDemoAccounts } from './seed'
import { signIn } from './sign-in'

const { db, directUrl: url } = await createTestDatabase()
const ada = { email: 'ada@example.com', username: 'ada', fullName: ' Ada Example ', password: PASSWORD }

const signInAs = (identifier: string, password: string) =>
  signIn(createRecoveryFixture(db).ctx(), { account: identifierSchema.parse(identifier), password })

describe('addAccount', () => {
  it('adds an account that can sign in, with username and password typed in NFC or NFD', async () => {
    await addAccount(db, { ...ada, username: 'ad\u00e0', password: 'cre\u0300me bru\u0302le\u0301e' })
    await signInAs('ADA@example.com', 'cr\u00e8me br\u00fbl\u00e9e')
    expect((await signInAs('ada\u0300', 'cr\u00e8me br\u00fbl\u00e9e')).account.fullName).toBe('Ada Example')
  })

  it.each([
    ['a taken email address', { email: 'TAKEN@example.com' }],
    ['a taken username', { username: 'Taken' }],
  ])('refuses %s, ignoring case', async (_, given) => {
    await addAccount(db, { ...ada, email: 'taken@example.com', username: 'taken' }).catch(() => {})
    const adding = addAccount(db, { ...ada, email: 'free@example.com', username: 'free', ...given })
    await expect(adding).rejects.toThrow(AccountError)
    await expect(adding).rejects.not.toThrow(PASSWORD)
    expect(await db.select().from(users).where(eq(users.username, 'free'))).toEqual([])
  })

  it.each([
    ['a malformed email address', { email: 'bob' }],
    ['two email addresses', { email: 'bob@example.com,eve@example.com' }],
    ['an email address as username', { username: 'bob@example.com' }],
    ['a malformed language tag', { locale: 'pt_BR' }],
    ['a username with a space', { username: 'bob b' }],
  ])('refuses %s', async (_, given) => {
    const bob = { ...ada, email: 'bob@example.com', username: 'bob', ...given }
    await expect(addAccount(db, bob)).rejects.toThrow(AccountError)
  })

  it('applies the password policy', async () => {
    const carol = { ...ada, email: 'carol@example.com', username: 'carol' }
    expect(await refusalOf(addAccount(db, { ...carol, password: 'carol2026' }))).toEqual({ code: 'password-personal' })
    expect(
      await refusalOf(
        addAccount(db, { ...carol, password: 'k7#mQ2xz' }, { passwordMinLength: 15, passwordHash: 'argon2id' }),
      ),
    ).toMatchObject({
      code: 'password-too-short',
    })
  })
})

describe('seedDemoAccounts', () => {
  it('adds the demo accounts once and never overwrites their passwords', async () => {
    expect(await seedDemoAccounts(url, PASSWORD)).toBe('seeded')
    for (const { email } of DEMO_ACCOUNTS) await signInAs(email, PASSWORD)
    expect(await seedDemoAccounts(url, 'another passphrase')).toBe('present')
    await signInAs('john', PASSWORD)
    expect(await refusalOf(signInAs('jane', 'another passphrase'))).toEqual({ code: 'sign-in-failed' })
  })
})
