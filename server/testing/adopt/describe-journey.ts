import { describe, expect, test } from 'vitest'
import type { Adopted } from './adopted'
import { createRecovery } from './recovery'

interface Person {
  /** The email address of an account with a password, which no other account has. */
  email: string
  /** What they may also type; the same address by default. */
  typed?: string
  /** The email address of a person without a password, and the name of their provider. */
  signsInVia?: [email: string, provider: string]
  /** The email address of a person who must not get an email. */
  inactive?: string
  /** The framework's own comparison of a password with the hash that is stored in its table. */
  verify: (password: string, stored: string) => Promise<boolean> | boolean
}

/** The way from "I forgot my password" to a new one, over the directory of a framework, with the rights of Latchkey's role. */
export function describeJourney(adopted: Adopted, { email, typed = email, signsInVia, inactive, verify }: Person) {
  const { PASSWORD_HASH } = adopted.generated.plan.environment
  const recovery = createRecovery(adopted, { passwordHash: PASSWORD_HASH })
  const storedHash = async () => {
    const [row] = await adopted.role`select password_hash as hash from latchkey.accounts where email = ${email}`
    return row?.hash as string
  }

  describe('recovery', () => {
    test('by link: the framework accepts the new password only', async () => {
      await recovery.byLink(email, 'a passphrase by link', typed)
      const stored = await storedHash()
      expect(await verify('a passphrase by link', stored)).toBe(true)
      expect(await verify('another passphrase', stored)).toBe(false)
    })

    test('by code: the framework accepts the new password', async () => {
      await recovery.byCode(email, 'a passphrase by code')
      expect(await verify('a passphrase by code', await storedHash())).toBe(true)
    })

    test('"This wasn\'t me" ends the new password', async () => {
      await recovery.byLink(email, 'a passphrase by a thief')
      await recovery.secure(email)
      expect(await verify('a passphrase by a thief', await storedHash())).toBe(false)
    })

    if (signsInVia) {
      const [address, provider] = signsInVia
      test('the email to a person without a password names the provider and has no link', async () => {
        const sent = await recovery.ask(address)
        expect(sent?.text).toContain(provider)
        expect(sent?.text).not.toMatch(/token=|\b\d{6}\b/)
      })
    }

    if (inactive) {
      test('a person whose account is not active gets no email', async () => {
        expect(await recovery.ask(inactive)).toBeUndefined()
      })
    }
  })
}
