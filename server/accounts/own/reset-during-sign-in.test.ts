import { expect, it } from 'vitest'
import { identifierSchema } from '@/server/core/schemas'
import type { Database } from '@/server/db/client'
import { resetPassword } from '@/server/recovery/reset-password'
import { OTHER_PASSWORD, PASSWORD } from '@/server/testing/accounts'
import { createTestDatabase, waitForBlocked } from '@/server/testing/database'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { refusalOf } from '@/server/testing/refusal'
import { findSession } from './find-session'
import { signIn } from './sign-in'

const { db } = await createTestDatabase()

/** An account with an emailed link, and a connection with an open transaction. */
async function withTransaction() {
  const fixture = createRecoveryFixture(db)
  const account = await fixture.account()
  const secret = await fixture.mailedLink(account)
  const identifier = identifierSchema.parse(account.email)
  const connection = await db.$client.reserve()
  await connection.unsafe('begin')
  return {
    fixture,
    inTransaction: fixture.ctx({ db: { $client: connection } as unknown as Database }),
    reset: (ctx = fixture.ctx()) => resetPassword(ctx, { secret, password: OTHER_PASSWORD }),
    signInWith: (password: string, ctx = fixture.ctx()) => signIn(ctx, { account: identifier, password }),
    async commit() {
      await connection.unsafe('commit')
      connection.release()
    },
  }
}

it('a reset ends a session that is created with the old password at the same time', async () => {
  const { fixture, inTransaction, reset, signInWith, commit } = await withTransaction()
  // The sign-in locks the account while the reset is already running, and commits first.
  const { token } = await signInWith(PASSWORD, inTransaction)
  const resetting = reset()
  await waitForBlocked(db, 1)
  await commit()
  await resetting
  expect(await findSession(fixture.ctx(), token)).toBeNull()
})

it('a sign-in whose password is changed while it is verified is refused', async () => {
  const { inTransaction, reset, signInWith, commit } = await withTransaction()
  await reset(inTransaction)
  const signingIn = refusalOf(signInWith(PASSWORD))
  await waitForBlocked(db, 1)
  await commit()
  expect(await signingIn).toEqual({ code: 'sign-in-failed' })
})
