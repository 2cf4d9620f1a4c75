import { afterAll, describe, expect, it } from 'vitest'
import { identifierSchema } from '@/server/core/schemas'
import { digestOf } from '@/server/core/secrets'
import { changeAccount, OTHER_PASSWORD } from '@/server/testing/accounts'
import { createCodeFixture } from '@/server/testing/code-fixture'
import { createRecordedDatabase, createTestDatabase } from '@/server/testing/database'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { refusalOf } from '@/server/testing/refusal'
import { resetPassword } from './reset-password'
import { verifyCode } from './verify-code'

const { db, url } = await createTestDatabase()
const recorded = createRecordedDatabase(url)
afterAll(() => recorded.close())

type Fixture = ReturnType<typeof createRecoveryFixture>

const enter = (fixture: Fixture, typed: string, code: string) =>
  verifyCode(fixture.ctx(), { account: identifierSchema.parse(typed), code })

describe('verifyCode with the right code', () => {
  it('returns a grant of 60 letters and digits and stores only its digest', async () => {
    const { fixture, account, enterRightCode, storedRequest } = await createCodeFixture(db)
    const { grant } = await enterRightCode()
    expect(grant).toMatch(/^[A-Za-z0-9]{60}$/)
    expect((await storedRequest()).grantHash).toEqual(digestOf(grant))
    expect(await fixture.eventsOf(account)).toContain('code-accepted')
  })

  it('accepts the email address and the username, in upper and lower case', async () => {
    for (const name of ['email', 'username'] as const) {
      const { account, code, enter } = await createCodeFixture(db)
      await enter(account[name].toUpperCase(), code)
    }
  })

  it('accepts the code once', async () => {
    const { enterRightCode } = await createCodeFixture(db)
    await enterRightCode()
    expect(await refusalOf(enterRightCode())).toEqual({ code: 'code-wrong', triesLeft: 2 })
  })

  it('accepts only one of twenty calls at the same time', async () => {
    const { fixture, enterRightCode } = await createCodeFixture(db, { policy: { rateLimitScale: 10 } })
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => enterRightCode()))
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1)
    expect(fixture.mailbox.accepted).toHaveLength(1)
  })

  it('refuses the code of another account', async () => {
    const { fixture, code, enter } = await createCodeFixture(db)
    const other = await fixture.account()
    if ((await fixture.mailedCode(other)) === code) return // the codes are equal once in a million runs
    expect(await refusalOf(enter(other.email, code))).toMatchObject({ code: 'code-wrong' })
  })

  it('accepts the code for exactly ten minutes, although its link works for longer', async () => {
    const { fixture, account, enterRightCode } = await createCodeFixture(db)
    fixture.clock.advance(600)
    expect(await refusalOf(enterRightCode())).toEqual({ code: 'code-wrong', triesLeft: 2 })
    fixture.clock.advance(-1)
    await enterRightCode()
    expect(await fixture.eventsOf(account)).toContain('code-accepted')
  })

  it('refuses the code after a newer email, a used link or a change of the account', async () => {
    const superseded = await createCodeFixture(db)
    superseded.fixture.clock.advance(60)
    const newerCode = await superseded.fixture.mailedCode(superseded.account)
    if (newerCode !== superseded.code) {
      expect(await refusalOf(superseded.enterRightCode())).toMatchObject({ code: 'code-wrong' })
    }

    const used = await createCodeFixture(db)
    await resetPassword(used.fixture.ctx(), { secret: used.link, password: OTHER_PASSWORD })
    expect(await refusalOf(used.enterRightCode())).toMatchObject({ code: 'code-wrong' })

    const moved = await createCodeFixture(db)
    await changeAccount(db, moved.account, { email: 'moved@example.com' })
    expect(await refusalOf(moved.enter('moved@example.com', moved.code))).toMatchObject({ code: 'code-wrong' })
  })

  it('accepts the code after APP_SECRET was rotated', async () => {
    const { fixture, enterRightCode } = await createCodeFixture(db)
    fixture.secrets = ['a newer application secret of these tests', ...fixture.secrets]
    await enterRightCode()
  })
})

describe('verifyCode for a stranger', () => {
  /** The refusals of four wrong codes: the third one starts a block. */
  const enterFourWrongCodes = async (fixture: Fixture, typed: string) => {
    const refusals = []
    for (let n = 0; n < 4; n++) refusals.push(await refusalOf(enter(fixture, typed, 'wrong!')))
    return refusals
  }

  it('gives the same answers with the same statements for known, unknown, deactivated and never emailed accounts', async () => {
    const fixture = createRecoveryFixture(db)
    const [known, deactivated, neverEmailed] = [
      await fixture.account(),
      await fixture.account({ active: false }),
      await fixture.account(),
    ]
    await fixture.mailedCode(known)
    const observed = []
    for (const typed of [known.email, deactivated.email, neverEmailed.email, 'unknown@example.com']) {
      const stranger = createRecoveryFixture(recorded.db)
      recorded.statements.length = 0
      observed.push(JSON.stringify([await enterFourWrongCodes(stranger, typed), recorded.statements]))
    }
    expect(new Set(observed).size).toBe(1)
  })

  it('says under reveal that an account is unknown, and nothing else', async () => {
    const fixture = createRecoveryFixture(db, { policy: { disclosure: 'reveal' } })
    const account = await fixture.account()
    expect(await refusalOf(enter(fixture, 'unknown@example.com', '000000'))).toEqual({ code: 'account-unknown' })
    expect(await refusalOf(enter(fixture, account.email, 'wrong!'))).toEqual({ code: 'code-wrong', triesLeft: 2 })
  })

  it('limits the tries per address, for all accounts together', async () => {
    const fixture = createRecoveryFixture(db, { policy: { rateLimitScale: 0.03 } })
    for (let n = 0; n < 3; n++) await refusalOf(enter(fixture, `unknown${n}`, '000000'))
    expect(await refusalOf(enter(fixture, 'unknown', '000000'))).toEqual({
      code: 'too-many-requests',
      retryAfterSeconds: 900,
    })
  })
})
