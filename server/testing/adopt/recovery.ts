import { afterAll } from 'vitest'
import type { RecoveryPolicy } from '@/server/core/context'
import { identifierSchema } from '@/server/core/schemas'
import { createDatabase } from '@/server/db/client'
import { resetPassword } from '@/server/recovery/reset-password'
import { secureAccount } from '@/server/recovery/secure-account'
import { verifyCode } from '@/server/recovery/verify-code'
import { codeIn, tokenIn } from '@/server/testing/emails'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import type { ApplicationDatabase } from './adopted'

/**
 * Latchkey in front of an application's users, as a person uses it: they ask, the worker sends, they open the email and
 * choose a password. It runs with the rights of Latchkey's role. Call it at the top of a file or in a `describe`.
 */
export function createRecovery({ roleUrl }: ApplicationDatabase, policy: Partial<RecoveryPolicy> = {}) {
  const { db, close } = createDatabase(roleUrl, { maxConnections: 2 })
  afterAll(close)
  const fixture = createRecoveryFixture(db, { policy })
  const newest = (email: string) => fixture.mailbox.to(email).at(-1)

  /** Asks for a reset with what a person types, and returns the newest email to the address. */
  async function ask(email: string, typed = email) {
    fixture.clock.advance(fixture.policy.sendCooldownSeconds + 1)
    await fixture.request(typed)
    await fixture.deliver()
    return newest(email)
  }

  /** Asks, and returns a function that sets a password with the emailed link. */
  async function linkFor(email: string, typed = email) {
    const secret = { kind: 'link', token: tokenIn(await ask(email, typed)) } as const
    return (password: string) => resetPassword(fixture.ctx(), { secret, password })
  }

  return {
    ask,
    linkFor,
    /** Sets a password with an emailed link. */
    byLink: async (email: string, password: string, typed = email) => (await linkFor(email, typed))(password),
    /** Sets a password with an emailed code. */
    async byCode(email: string, password: string) {
      const code = codeIn(await ask(email))
      const { grant } = await verifyCode(fixture.ctx(), { account: identifierSchema.parse(email), code })
      await resetPassword(fixture.ctx(), { secret: { kind: 'grant', token: grant }, password })
    },
    /** Follows "This wasn't me" in the email about the last change. */
    async secure(email: string) {
      await fixture.deliver()
      await secureAccount(fixture.ctx(), { token: tokenIn(newest(email)) })
    },
  }
}
