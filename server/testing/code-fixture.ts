import { eq } from 'drizzle-orm'
import type { RecoveryContext } from '@/server/core/context'
import { identifierSchema } from '@/server/core/schemas'
import type { Database } from '@/server/db/client'
import { passwordResetTokens } from '@/server/db/schema'
import { verifyCode } from '@/server/recovery/verify-code'
import { newClientNetworks } from './client-address'
import { codeIn, tokenIn } from './emails'
import { createRecoveryFixture } from './recovery-fixture'
import { refusalOf } from './refusal'

/** Another client: part of a context, with an address of its own. */
export const otherClient = () => ({
  requester: { networks: newClientNetworks(), device: null, requestId: 'another client' },
})

/** A six-digit code that differs from the given one. */
export const otherCode = (code: string) => (code === '000000' ? '000001' : '000000')

/** A recovery fixture with an account that has just been sent a code. */
export async function createCodeFixture(db: Database, given: Parameters<typeof createRecoveryFixture>[1] = {}) {
  const fixture = createRecoveryFixture(db, given)
  const account = await fixture.account()
  const email = await fixture.mailed(account)
  const code = codeIn(email)

  const enter = (typed: string, code: string, over?: Partial<RecoveryContext>) =>
    verifyCode(fixture.ctx(over), { account: identifierSchema.parse(typed), code })
  return {
    fixture,
    account,
    code,
    /** The link of the same email. */
    link: { kind: 'link' as const, token: tokenIn(email) },
    /** Enters a code for what a person types as the account. */
    enter,
    enterRightCode: (over?: Partial<RecoveryContext>) => enter(account.email, code, over),
    /** Enters a wrong code and returns the refusal. */
    enterWrongCode: (over?: Partial<RecoveryContext>) => refusalOf(enter(account.email, otherCode(code), over)),
    /** The row of the request that the code belongs to. */
    async storedRequest() {
      const [row] = await db.select().from(passwordResetTokens).where(eq(passwordResetTokens.accountId, account.id))
      return row as typeof passwordResetTokens.$inferSelect
    },
  }
}
