import type { Database } from '@/server/db/client'
import { resetPassword } from '@/server/recovery/reset-password'
import { OTHER_PASSWORD } from './accounts'
import { createRecoveryFixture } from './recovery-fixture'

/** An account that was emailed a link, and `reset`, which sets a password with that link. */
export async function createResetFixture(db: Database, options: Parameters<typeof createRecoveryFixture>[1] = {}) {
  const fixture = createRecoveryFixture(db, options)
  const account = await fixture.account()
  const secret = await fixture.mailedLink(account)
  const reset = (password = OTHER_PASSWORD, ctx = fixture.ctx()) => resetPassword(ctx, { secret, password })
  return { fixture, account, secret, reset }
}
