import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { identifierSchema } from '@/server/core/schemas'
import { changeAccount, OTHER_PASSWORD } from '@/server/testing/accounts'
import { createCodeFixture, otherClient, otherCode } from '@/server/testing/code-fixture'
import { createTestDatabase } from '@/server/testing/database'
import { refusalOf } from '@/server/testing/refusal'
import { resetPassword } from './reset-password'
import { verifyCode } from './verify-code'

const { db } = await createTestDatabase()

/** An account with a code, and `enter`, which enters one in the browser that requested it. */
async function withCode() {
  const created = await createCodeFixture(db)
  const { fixture, account } = created
  const requestId = (await created.storedRequest()).id
  const enter = async (code = created.code, from: string | undefined = requestId) => {
    const { grant } = await verifyCode(fixture.ctx(), {
      account: identifierSchema.parse(account.email),
      code,
      requestId: from,
    })
    return grant
  }
  const redeem = (token: string) =>
    resetPassword(fixture.ctx(), { secret: { kind: 'grant', token }, password: OTHER_PASSWORD })
  return { ...created, enter, redeem }
}

const WRONG = { code: 'code-wrong', triesLeft: 2 }

describe('the right code, entered again in the browser that requested it', () => {
  it('gives another grant, which replaces the first and works no longer than it', async () => {
    const { fixture, enter, redeem, storedRequest } = await withCode()
    const first = await enter()
    const { grantExpiresAt, codeUsedAt } = await storedRequest()
    fixture.clock.advance(299)
    const second = await enter()
    expect(second).not.toBe(first)
    expect(await storedRequest()).toMatchObject({ grantExpiresAt, codeUsedAt })
    expect(await refusalOf(redeem(first))).toEqual({ code: 'grant-unknown' })
    await redeem(second)
  })

  it('is one event, and uses up no tries', async () => {
    const { fixture, account, enter } = await withCode()
    for (let n = 0; n < 5; n++) {
      await enter()
      fixture.clock.advance(1)
    }
    const events = await fixture.eventsOf(account)
    expect(events.filter((kind) => kind === 'code-accepted')).toHaveLength(1)
  })

  it('gives a grant to each of several calls at the same time, of which one works', async () => {
    const { enter, redeem } = await withCode()
    const grants = await Promise.all([enter(), enter(), enter()])
    const outcomes = await Promise.allSettled(grants.map(redeem))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('is refused once its grant has expired or was used, or the account has changed', async () => {
    const expired = await withCode()
    await expired.enter()
    expired.fixture.clock.advance(300)
    expect(await refusalOf(expired.enter())).toEqual(WRONG)

    const used = await withCode()
    await used.redeem(await used.enter())
    expect(await refusalOf(used.enter())).toEqual(WRONG)

    const moved = await withCode()
    await moved.enter()
    await changeAccount(db, moved.account, { email: moved.account.email, active: false })
    expect(await refusalOf(moved.enter())).toEqual(WRONG)

    const asked = await withCode()
    await asked.enter()
    asked.fixture.clock.advance(61)
    await asked.fixture.request(asked.account.email, otherClient())
    await asked.fixture.deliver()
    expect(await refusalOf(asked.enter())).toMatchObject({ code: 'code-wrong' })
  })
})

describe('an accepted code', () => {
  it('is refused in any other browser, and counted as a wrong one', async () => {
    const { enter, redeem, code } = await withCode()
    const grant = await enter()
    for (const from of [randomUUID(), (await (await withCode()).storedRequest()).id]) {
      expect(await refusalOf(enter(code, from))).toMatchObject({ code: 'code-wrong' })
    }
    await redeem(grant)
  })

  it('cannot be guessed by the browser that requested it: three wrong codes block', async () => {
    const { enter, code } = await withCode()
    await enter()
    for (const triesLeft of [2, 1, 0]) {
      expect(await refusalOf(enter(otherCode(code)))).toMatchObject({ code: 'code-wrong', triesLeft })
    }
    expect(await refusalOf(enter())).toMatchObject({ code: 'code-blocked' })
  })
})
