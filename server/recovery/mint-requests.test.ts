import { eq } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { passwordResetTokens } from '@/server/db/schema'
import { EMAILS_PER_ACCOUNT } from '@/server/limits/limits'
import { changeAccount } from '@/server/testing/accounts'
import { otherClient } from '@/server/testing/code-fixture'
import { createTestDatabase, waitForBlocked } from '@/server/testing/database'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { mintRequests } from './mint-requests'

const { db } = await createTestDatabase()

it('a link that a change of the account invalidated does not count as valid: the next request is emailed', async () => {
  const fixture = createRecoveryFixture(db)
  const account = await fixture.account()
  for (let n = 0; n < EMAILS_PER_ACCOUNT.budget; n++) {
    await fixture.mailed(account)
    fixture.clock.advance(60)
  }
  await fixture.mailed(account)
  expect(fixture.mailbox.to(account.email)).toHaveLength(EMAILS_PER_ACCOUNT.budget)

  await changeAccount(db, account, { passwordHash: null })
  fixture.clock.advance(60)
  await fixture.mailed(account)
  expect(fixture.mailbox.to(account.email)).toHaveLength(EMAILS_PER_ACCOUNT.budget + 1)
})

it('the older row of each account is superseded before the new one is inserted, in a large batch too', async () => {
  const fixture = createRecoveryFixture(db)
  const accounts = await Promise.all(Array.from({ length: 60 }, () => fixture.account()))
  for (const _ of [1, 2]) {
    await Promise.all(accounts.map((account) => fixture.request(account.email, otherClient())))
    await fixture.deliver()
    fixture.clock.advance(60)
  }
  expect(fixture.mailbox.accepted).toHaveLength(120)
})

it('minting waits for a reset that is using the older row', async () => {
  const fixture = createRecoveryFixture(db)
  const account = await fixture.account()
  const link = await fixture.mailed(account)
  fixture.clock.advance(60)
  const { id } = await fixture.request(account.email)

  const connection = await db.$client.reserve()
  await connection.unsafe('begin')
  await connection.unsafe('update latchkey.password_reset_tokens set used_at = $1 where id = $2', [
    fixture.clock.now().toISOString(),
    link?.id as string,
  ])
  const minting = mintRequests(fixture.ctx(), [{ id, form: 'pages', identifier: account.email, accountId: null }])
  await waitForBlocked(db, 1)
  await connection.unsafe('commit')
  connection.release()
  await minting

  const rows = await db.select().from(passwordResetTokens).where(eq(passwordResetTokens.accountId, account.id))
  const states = rows.map((row) => [row.id, row.usedAt !== null, row.supersededAt !== null])
  expect(states.sort()).toEqual(
    [
      [link?.id, true, false],
      [id, false, false],
    ].sort(),
  )
})
