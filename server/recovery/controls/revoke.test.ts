import { expect, it } from 'vitest'
import { openLink } from '@/server/recovery/open-link'
import { resetPassword } from '@/server/recovery/reset-password'
import { addTestAccounts, OTHER_PASSWORD } from '@/server/testing/accounts'
import { createCodeFixture, otherClient } from '@/server/testing/code-fixture'
import { createTestDatabase } from '@/server/testing/database'
import { createOperator } from '@/server/testing/operator'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { refusalOf } from '@/server/testing/refusal'

const { db } = await createTestDatabase()

it('revoking for one account ends its link, code and grant, and those of no other', async () => {
  const given = await createCodeFixture(db)
  const granted = await createCodeFixture(db)
  const other = await createCodeFixture(db)
  const grant = { kind: 'grant' as const, token: (await granted.enterRightCode()).grant }
  given.fixture.clock.advance(1)
  const operator = createOperator(given.fixture)
  expect(await operator.revoke(given.account)).toEqual({ requests: 1, accounts: 1 })
  expect(await operator.revoke(granted.account)).toEqual({ requests: 1, accounts: 1 })
  expect(await operator.revoke(given.account)).toEqual({ requests: 0, accounts: 0 })

  const { ctx } = given.fixture
  expect((await refusalOf(openLink(ctx(), given.link))).code).toBe('link-expired')
  expect((await refusalOf(given.enterRightCode())).code).toBe('code-wrong')
  expect((await refusalOf(openLink(ctx(), granted.link))).code).toBe('link-expired')
  expect((await refusalOf(openLink(ctx(), grant))).code).toBe('grant-expired')
  const reset = resetPassword(ctx(), { secret: grant, password: OTHER_PASSWORD })
  expect((await refusalOf(reset)).code).toBe('grant-expired')
  await openLink(ctx(), other.link)
  await other.enterRightCode()
  expect(await given.fixture.eventsOf(given.account)).toContain('secrets-revoked')
  expect(await other.fixture.eventsOf(other.account)).not.toContain('secrets-revoked')
})

it('revoking for everyone ends every live secret, in batches, and each account is told', async () => {
  const fixture = createRecoveryFixture(db)
  const accounts = await addTestAccounts(db, 600)
  for (const account of accounts) await fixture.request(account.email, otherClient())
  await fixture.deliver()
  fixture.clock.advance(1)
  const operator = createOperator(fixture)
  const { requests, accounts: count } = await operator.revoke()
  expect(requests).toBeGreaterThanOrEqual(600)
  expect(count).toBeGreaterThanOrEqual(600)
  expect(await operator.revoke()).toEqual({ requests: 0, accounts: 0 })
  const [live] = await db.$client`select count(*)::int as count from latchkey.password_reset_tokens
    where used_at is null and (expires_at > ${fixture.clock.now().toISOString()} or code_expires_at > ${fixture.clock.now().toISOString()})`
  expect(live?.count).toBe(0)
  const [told] = await db.$client`select count(distinct account_id)::int as count from latchkey.security_events
    where kind = 'secrets-revoked'`
  expect(told?.count).toBeGreaterThanOrEqual(600)
})

it('an email that is requested afterwards works', async () => {
  const { fixture, account } = await createCodeFixture(db)
  await createOperator(fixture).revoke(account)
  fixture.clock.advance(60)
  const link = await fixture.mailedLink(account)
  await openLink(fixture.ctx(), link)
})
