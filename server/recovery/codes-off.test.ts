import { eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { codeLockouts } from '@/server/db/schema'
import { removeOldRows } from '@/server/housekeeping/remove-old-rows'
import { OTHER_PASSWORD } from '@/server/testing/accounts'
import { createCodeFixture, otherClient, otherCode } from '@/server/testing/code-fixture'
import { createTestDatabase } from '@/server/testing/database'
import { codeIn, tokenIn } from '@/server/testing/emails'
import { refusalOf } from '@/server/testing/refusal'
import { readFlow } from './read-flow'
import { resetPassword } from './reset-password'

const { db } = await createTestDatabase()

const OFF = { code: 'codes-off', retryAfterSeconds: 86_400 }

type CodeFixture = Awaited<ReturnType<typeof createCodeFixture>>

/** Enters wrong codes for a typed name and waits for each block, until codes are off. Returns every refusal. */
async function enterThirtyWrongCodes({ fixture, enter, code }: CodeFixture, typed: string) {
  const refusals = []
  for (let n = 0; n < 30; n++) {
    const refusal = await refusalOf(enter(typed, otherCode(code), otherClient()))
    refusals.push(refusal)
    if (refusal.code === 'code-wrong') fixture.clock.advance(Number(refusal.retryAfterSeconds ?? 0))
  }
  return refusals
}

describe('after thirty wrong codes in a row', () => {
  it('codes are off for the account, however long its attacker waits', async () => {
    const codes = await createCodeFixture(db)
    const { fixture, account, enter } = codes
    const refusals = await enterThirtyWrongCodes(codes, account.email)
    expect(refusals.slice(0, -1).every(({ code }) => code === 'code-wrong')).toBe(true)
    expect(refusals.at(-1)).toEqual(OFF)
    expect(await fixture.eventsOf(account)).toContain('codes-disabled')
    fixture.clock.advance(20 * 86_400)
    await fixture.request(account.email)
    await fixture.deliver()
    expect(await refusalOf(enter(account.email, '123456', otherClient()))).toEqual(OFF)
  })

  it('the right code of an email that was sent before is not accepted', async () => {
    const codes = await createCodeFixture(db, { policy: { codeTtlSeconds: 86_400 } })
    await enterThirtyWrongCodes(codes, codes.account.email)
    expect(await refusalOf(codes.enterRightCode(otherClient()))).toEqual(OFF)
  })

  it('the same is told of an account that does not exist', async () => {
    const codes = await createCodeFixture(db)
    const known = await enterThirtyWrongCodes(codes, codes.account.email)
    const unknown = await enterThirtyWrongCodes(codes, 'nobody-has-this@example.com')
    expect(unknown).toEqual(known)
    const flows = []
    for (const typed of [codes.account.email, 'nobody-has-this@example.com']) {
      const { id } = await codes.fixture.request(typed, otherClient())
      flows.push(await readFlow(codes.fixture.ctx(), { requestId: id, account: typed as never }))
    }
    for (const flow of flows) expect(flow).toMatchObject({ codesOff: true, blockedSeconds: 0 })
  })

  it('the other name of the account gives no more tries', async () => {
    const codes = await createCodeFixture(db, { policy: { disclosure: 'reveal' } })
    await enterThirtyWrongCodes(codes, codes.account.email)
    expect(await refusalOf(codes.enter(codes.account.username, codes.code, otherClient()))).toEqual(OFF)
  })

  it('emails hold a link and no code, and a reset by that link turns codes on again', async () => {
    const codes = await createCodeFixture(db)
    const { fixture, account } = codes
    await enterThirtyWrongCodes(codes, account.email)
    fixture.clock.advance(3600)
    const email = await fixture.mailed(account)
    expect(() => codeIn(email)).toThrow('No code')
    expect(email?.html).not.toMatch(/\d{3}<\/span>\s*<span/)
    await resetPassword(fixture.ctx(otherClient()), {
      secret: { kind: 'link', token: tokenIn(email) },
      password: OTHER_PASSWORD,
    })
    const rows = await db
      .select()
      .from(codeLockouts)
      .where(eq(codeLockouts.subject, `account ${account.id}`))
    expect(rows).toEqual([])
    fixture.clock.advance(60)
    const code = await fixture.mailedCode(account)
    await codes.enter(account.email, code, otherClient())
  })
})

it('guesses do not begin again after quiet months: the thirtieth turns codes off, whenever it comes', async () => {
  const { fixture, account, enter, code } = await createCodeFixture(db)
  for (let n = 0; n < 29; n++) {
    const refusal = await refusalOf(enter(account.email, otherCode(code), otherClient()))
    fixture.clock.advance(Number(refusal.retryAfterSeconds ?? 0))
  }
  fixture.clock.advance(400 * 86_400)
  await removeOldRows(db, fixture.clock.now())
  // What strangers are told about the name has been forgotten, as for a name without an account.
  expect(await refusalOf(enter(account.email, otherCode(code), otherClient()))).toMatchObject({ triesLeft: 2 })
  await expect(fixture.mailedCode(account)).rejects.toThrow('No code')
})

it('a right code before the thirtieth wrong one starts the count again', async () => {
  const codes = await createCodeFixture(db, { policy: { codeTtlSeconds: 86_400, linkTtlSeconds: 86_400 } })
  const { fixture, account, enter, code } = codes
  for (let n = 0; n < 29; n++) {
    const refusal = await refusalOf(enter(account.email, otherCode(code), otherClient()))
    fixture.clock.advance(Number(refusal.retryAfterSeconds ?? 0))
  }
  await codes.enterRightCode(otherClient())
  expect(await refusalOf(enter(account.email, otherCode(code), otherClient()))).toMatchObject({
    code: 'code-wrong',
    triesLeft: 2,
  })
})
