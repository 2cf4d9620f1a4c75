import { eq, sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { codeLockouts } from '@/server/db/schema'
import { OTHER_PASSWORD, readAccount } from '@/server/testing/accounts'
import { createCodeFixture, otherClient, otherCode } from '@/server/testing/code-fixture'
import { createTestDatabase } from '@/server/testing/database'
import { refusalOf } from '@/server/testing/refusal'
import { resetPassword } from './reset-password'

const { db } = await createTestDatabase()

const lockoutsOf = (account: { id: string }) =>
  db
    .select()
    .from(codeLockouts)
    .where(eq(codeLockouts.subject, `account ${account.id}`))

describe('wrong codes', () => {
  it('block code entry for one minute after the third, even with the right code', async () => {
    const { fixture, account, enterRightCode, enterWrongCode } = await createCodeFixture(db)
    expect(await enterWrongCode()).toEqual({ code: 'code-wrong', triesLeft: 2 })
    expect(await enterWrongCode()).toEqual({ code: 'code-wrong', triesLeft: 1 })
    expect(await enterWrongCode()).toEqual({ code: 'code-wrong', triesLeft: 0, retryAfterSeconds: 60 })
    fixture.clock.advance(59)
    expect(await refusalOf(enterRightCode())).toEqual({ code: 'code-blocked', retryAfterSeconds: 1 })
    expect(await fixture.eventsOf(account)).toContain('code-blocked')
    fixture.clock.advance(1)
    await enterRightCode()
  })

  it('double the length of the block each time', async () => {
    const { fixture, enterWrongCode } = await createCodeFixture(db, { policy: { rateLimitScale: 10 } })
    const blocks = []
    for (let round = 0; round < 9; round++) {
      await enterWrongCode()
      await enterWrongCode()
      const seconds = (await enterWrongCode()).retryAfterSeconds as number
      blocks.push(seconds)
      fixture.clock.advance(seconds)
    }
    expect(blocks).toEqual([60, 120, 240, 480, 960, 1920, 3840, 7680, 15_360])
  })

  it('do not extend a block that has already started', async () => {
    const { fixture, enterRightCode, enterWrongCode } = await createCodeFixture(db)
    for (let n = 0; n < 10; n++) await enterWrongCode()
    fixture.clock.advance(60)
    await enterRightCode()
  })

  it('are compared three times at most, even when fifty arrive at the same time', async () => {
    const { enterRightCode, enterWrongCode } = await createCodeFixture(db, { policy: { rateLimitScale: 10 } })
    const refusals = await Promise.all(Array.from({ length: 50 }, () => enterWrongCode(otherClient())))
    expect(refusals.filter((refusal) => refusal.code === 'code-wrong')).toHaveLength(3)
    expect(refusals.filter((refusal) => refusal.code === 'code-blocked')).toHaveLength(47)
    expect(await refusalOf(enterRightCode())).toMatchObject({ code: 'code-blocked' })
  })

  it('are counted per account: a new email, address, browser or name gives no more tries', async () => {
    const { fixture, account, enter, enterWrongCode } = await createCodeFixture(db, {
      policy: { disclosure: 'reveal' },
    })
    await enterWrongCode()
    await enterWrongCode(otherClient())
    fixture.clock.advance(60)
    const code = await fixture.mailedCode(account)
    const wrongCode = enter(account.username, otherCode(code), otherClient())
    expect(await refusalOf(wrongCode)).toMatchObject({ triesLeft: 0 })
    const rightCode = enter(account.email.toUpperCase(), code, otherClient())
    expect(await refusalOf(rightCode)).toMatchObject({ code: 'code-blocked' })
  })

  it('do not show under conceal that two names belong to one account: under the other name, codes are wrong', async () => {
    const { fixture, account, code, enter, enterRightCode, enterWrongCode } = await createCodeFixture(db)
    for (const triesLeft of [2, 1, 0]) expect(await enterWrongCode()).toMatchObject({ code: 'code-wrong', triesLeft })
    expect(await enterWrongCode()).toMatchObject({ code: 'code-blocked' })
    for (const typed of [code, otherCode(code)]) {
      const refusal = await refusalOf(enter(account.username, typed, otherClient()))
      expect(refusal).toMatchObject({ code: 'code-wrong' })
    }
    fixture.clock.advance(60)
    await enterRightCode()
  })

  it('are counted together and without deadlocks when two names are tried at the same time', async () => {
    const { account, code, enter } = await createCodeFixture(db, { policy: { rateLimitScale: 10 } })
    const names = [account.email, account.username]
    const tries = Array.from({ length: 40 }, (_, n) =>
      refusalOf(enter(names[n % 2] as string, otherCode(code), otherClient())),
    )
    for (const refusal of await Promise.all(tries)) expect(refusal.code).toMatch(/^code-(?:wrong|blocked)$/)
    const [row] = await lockoutsOf(account)
    expect(row).toMatchObject({ tries: 3, blocks: 1 })
  })

  it('are forgotten after the right one', async () => {
    const { account, enterRightCode, enterWrongCode } = await createCodeFixture(db)
    await enterWrongCode()
    await enterWrongCode()
    await enterRightCode()
    expect(await lockoutsOf(account)).toEqual([])
  })

  it('change neither the account nor the link of the same email', async () => {
    const { fixture, account, link, enterWrongCode } = await createCodeFixture(db)
    const before = await readAccount(db, account)
    expect(before).toBeDefined()
    for (let n = 0; n < 5; n++) await enterWrongCode()
    expect(await readAccount(db, account)).toEqual(before)
    await resetPassword(fixture.ctx(), { secret: link, password: OTHER_PASSWORD })
  })

  it('stay counted when a later statement of the same call fails', async () => {
    const { enterWrongCode, enterRightCode } = await createCodeFixture(db)
    await enterWrongCode()
    await enterWrongCode()
    await db.execute(
      sql`alter table latchkey.security_events add constraint broken check (kind <> 'code-blocked') not valid`,
    )
    await expect(enterWrongCode()).rejects.toThrow(/broken/)
    await db.execute(sql`alter table latchkey.security_events drop constraint broken`)
    expect(await refusalOf(enterRightCode())).toEqual({ code: 'code-blocked', retryAfterSeconds: 60 })
  })
})
