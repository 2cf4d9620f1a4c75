import { eq, sql } from 'drizzle-orm'
import { afterAll, describe, expect, it } from 'vitest'
import { codeSchema, identifierSchema } from '@/server/core/schemas'
import { digestOf } from '@/server/core/secrets'
import { codeLockouts, passwordResetTokens, users } from '@/server/db/schema'
import { OTHER_PASSWORD } from '@/server/testing/accounts'
import { newClientAddress } from '@/server/testing/client-address'
import { createRecordedDatabase, createTestDatabase } from '@/server/testing/database'
import { codeIn, tokenIn } from '@/server/testing/emails'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { refusalOf } from '@/server/testing/refusal'
import { LONGEST_BLOCK_SECONDS } from './lockout'
import { openLink } from './open-link'
import { resetPassword } from './reset-password'
import { verifyCode } from './verify-code'

const { db, url } = await createTestDatabase()
const recorded = createRecordedDatabase(url)
afterAll(() => recorded.close())

type Fixture = ReturnType<typeof createRecoveryFixture>

const attempt = (fixture: Fixture, typed: string, code: string, given?: Parameters<Fixture['ctx']>[0]) =>
  verifyCode(fixture.ctx(given), { account: identifierSchema.parse(typed), code })

const elsewhere = () => ({ requester: { address: newClientAddress(), device: null, requestId: 'elsewhere' } })

/** Any code but this one. */
const not = (code: string) => (code === '000000' ? '000001' : '000000')

async function withCode(policy: Parameters<typeof createRecoveryFixture>[1] = {}) {
  const fixture = createRecoveryFixture(db, policy)
  const account = await fixture.account()
  const mail = await fixture.mailed(account)
  const code = codeIn(mail)
  return {
    fixture,
    account,
    code,
    link: { kind: 'link' as const, token: tokenIn(mail) },
    right: (given?: Parameters<Fixture['ctx']>[0]) => attempt(fixture, account.email, code, given),
    wrong: (given?: Parameters<Fixture['ctx']>[0]) => refusalOf(attempt(fixture, account.email, not(code), given)),
    tokenRow: async () => {
      const [row] = await db.select().from(passwordResetTokens).where(eq(passwordResetTokens.userId, account.id))
      return row as typeof passwordResetTokens.$inferSelect
    },
  }
}

describe('the right code', () => {
  it('earns a grant of 60 letters and digits, which stands in the database as a digest alone', async () => {
    const { fixture, account, right, tokenRow } = await withCode()
    const { grant } = await right()
    expect(grant).toMatch(/^[A-Za-z0-9]{60}$/)
    expect((await tokenRow()).grantHash).toEqual(digestOf(grant))
    expect(await fixture.eventsOf(account)).toContain('code-accepted')
  })

  it('is taken with the username and any case of the address', async () => {
    for (const name of ['email', 'username'] as const) {
      const { fixture, account, code } = await withCode()
      await attempt(fixture, account[name].toUpperCase(), code)
    }
  })

  it('is good once', async () => {
    const { right } = await withCode()
    await right()
    expect(await refusalOf(right())).toEqual({ code: 'code-wrong', triesLeft: 2 })
  })

  it('is good for one of twenty at once', async () => {
    const { fixture, right } = await withCode({ policy: { rateLimitScale: 10 } })
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => right()))
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1)
    expect(fixture.mailbox.accepted).toHaveLength(1)
  })

  it('is good for its own account alone', async () => {
    const { fixture, code } = await withCode()
    const other = await fixture.account()
    if ((await fixture.mailedCode(other)) === code) return
    expect(await refusalOf(attempt(fixture, other.email, code))).toMatchObject({ code: 'code-wrong' })
  })

  it('lives ten minutes, to the second, and its link goes on', async () => {
    const { fixture, account, right } = await withCode()
    fixture.clock.advance(600)
    expect(await refusalOf(right())).toEqual({ code: 'code-wrong', triesLeft: 2 })
    fixture.clock.advance(-1)
    await right()
    expect(await fixture.eventsOf(account)).toContain('code-accepted')
  })

  it('dies with a newer mail, a used link and a change of the account', async () => {
    const newer = await withCode()
    newer.fixture.clock.advance(60)
    const fresh = await newer.fixture.mailedCode(newer.account)
    if (fresh !== newer.code) expect(await refusalOf(newer.right())).toMatchObject({ code: 'code-wrong' })

    const used = await withCode()
    await resetPassword(used.fixture.ctx(), { secret: used.link, password: OTHER_PASSWORD })
    expect(await refusalOf(used.right())).toMatchObject({ code: 'code-wrong' })

    const moved = await withCode()
    await db.update(users).set({ email: 'moved@example.com' }).where(eq(users.id, moved.account.id))
    expect(await refusalOf(attempt(moved.fixture, 'moved@example.com', moved.code))).toMatchObject({
      code: 'code-wrong',
    })
  })
})

describe('a grant', () => {
  const spend = (fixture: Fixture, token: string, given?: Parameters<Fixture['ctx']>[0]) =>
    resetPassword(fixture.ctx(given), { secret: { kind: 'grant', token }, password: OTHER_PASSWORD })

  it('sets a password once', async () => {
    const { fixture, right } = await withCode()
    const { grant } = await right()
    await openLink(fixture.ctx(), { kind: 'grant', token: grant })
    await spend(fixture, grant)
    expect(await refusalOf(spend(fixture, grant))).toEqual({ code: 'grant-unknown' })
  })

  it('lives five minutes, to the second', async () => {
    const { fixture, right } = await withCode()
    const { grant } = await right()
    fixture.clock.advance(300)
    expect(await refusalOf(spend(fixture, grant))).toEqual({ code: 'grant-expired' })
    fixture.clock.advance(-1)
    await spend(fixture, grant)
  })

  it('and the link of its mail are one secret: either spends both', async () => {
    const { fixture, link, right } = await withCode()
    const { grant } = await right()
    await resetPassword(fixture.ctx(), { secret: link, password: OTHER_PASSWORD })
    expect(await refusalOf(spend(fixture, grant))).toEqual({ code: 'grant-unknown' })
  })

  it('is no link, and a link is no grant', async () => {
    const { fixture, link, right } = await withCode()
    expect(await refusalOf(spend(fixture, link.token))).toEqual({ code: 'grant-unknown' })
    const { grant } = await right()
    expect(await refusalOf(openLink(fixture.ctx(), { kind: 'link', token: grant }))).toEqual({ code: 'link-unknown' })
  })

  it.each(['', 'null', ' ', 'A'.repeat(59), 'A'.repeat(60), 'A'.repeat(61), '-'.repeat(60), 'A'.repeat(2 ** 20)])(
    'that nobody has earned is unknown (%#)',
    async (token) => {
      expect(await refusalOf(spend(createRecoveryFixture(db), token))).toEqual({ code: 'grant-unknown' })
    },
  )
})

describe('wrong codes', () => {
  it('are counted down, and the third blocks for a minute, even the right one', async () => {
    const { fixture, account, right, wrong } = await withCode()
    expect(await wrong()).toEqual({ code: 'code-wrong', triesLeft: 2 })
    expect(await wrong()).toEqual({ code: 'code-wrong', triesLeft: 1 })
    expect(await wrong()).toEqual({ code: 'code-wrong', triesLeft: 0, retryAfterSeconds: 60 })
    fixture.clock.advance(59)
    expect(await refusalOf(right())).toEqual({ code: 'code-blocked', retryAfterSeconds: 1 })
    expect(await fixture.eventsOf(account)).toContain('code-blocked')
    fixture.clock.advance(1)
    await right()
  })

  it('block twice as long each time, up to a day', async () => {
    const { fixture, wrong } = await withCode({ policy: { rateLimitScale: 10 } })
    const blocks = []
    for (let round = 0; round < 14; round++) {
      await wrong()
      await wrong()
      const seconds = (await wrong()).retryAfterSeconds as number
      blocks.push(seconds)
      fixture.clock.advance(seconds)
    }
    expect(blocks).toEqual(Array.from({ length: 14 }, (_, n) => Math.min(60 * 2 ** n, LONGEST_BLOCK_SECONDS)))
    expect(blocks.at(-1)).toBe(86_400)
  })

  it('never lengthen a block by being typed during it', async () => {
    const { fixture, right, wrong } = await withCode()
    for (let n = 0; n < 10; n++) await wrong()
    fixture.clock.advance(60)
    await right()
  })

  it('of fifty at once, three are compared at the most', async () => {
    const { right, wrong } = await withCode({ policy: { rateLimitScale: 10 } })
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => wrong(elsewhere())))
    expect(outcomes.filter((outcome) => outcome.code === 'code-wrong')).toHaveLength(3)
    expect(outcomes.filter((outcome) => outcome.code === 'code-blocked')).toHaveLength(47)
    expect(await refusalOf(right())).toMatchObject({ code: 'code-blocked' })
  })

  it('get no new tries from a new mail, address, browser or name of the account', async () => {
    const { fixture, account, wrong } = await withCode({ policy: { disclosure: 'reveal' } })
    await wrong()
    await wrong(elsewhere())
    fixture.clock.advance(60)
    const code = await fixture.mailedCode(account)
    expect(await refusalOf(attempt(fixture, account.username, not(code), elsewhere()))).toMatchObject({ triesLeft: 0 })
    expect(await refusalOf(attempt(fixture, account.email.toUpperCase(), code, elsewhere()))).toMatchObject({
      code: 'code-blocked',
    })
  })

  it('under conceal do not tell that two names are one account: its block makes a right code look wrong', async () => {
    const { fixture, account, code, right, wrong } = await withCode()
    for (const triesLeft of [2, 1, 0]) expect(await wrong()).toMatchObject({ code: 'code-wrong', triesLeft })
    expect(await wrong()).toMatchObject({ code: 'code-blocked' })
    for (const typed of [code, not(code)]) {
      expect(await refusalOf(attempt(fixture, account.username, typed, elsewhere()))).toMatchObject({
        code: 'code-wrong',
      })
    }
    fixture.clock.advance(60)
    await right()
  })

  it('of two names at once are three of an account, and nobody waits for ever', async () => {
    const { fixture, account, code } = await withCode({ policy: { rateLimitScale: 10 } })
    const names = [account.email, account.username]
    const tries = Array.from({ length: 40 }, (_, n) =>
      refusalOf(attempt(fixture, names[n % 2] as string, not(code), elsewhere())),
    )
    for (const outcome of await Promise.all(tries)) expect(outcome.code).toMatch(/^code-(?:wrong|blocked)$/)
    const [row] = await db
      .select()
      .from(codeLockouts)
      .where(eq(codeLockouts.subject, `account ${account.id}`))
    expect(row).toMatchObject({ tries: 3, blocks: 1 })
  })

  it('are forgotten after a right one', async () => {
    const { account, right, wrong } = await withCode()
    await wrong()
    await wrong()
    await right()
    expect(
      await db
        .select()
        .from(codeLockouts)
        .where(eq(codeLockouts.subject, `account ${account.id}`)),
    ).toEqual([])
  })

  it('leave the link of the mail working, and the account as it is', async () => {
    const { fixture, account, link, wrong } = await withCode()
    for (let n = 0; n < 5; n++) await wrong()
    const [row] = await db.select().from(users).where(eq(users.id, account.id))
    expect(row).toEqual(account)
    await resetPassword(fixture.ctx(), { secret: link, password: OTHER_PASSWORD })
  })

  it('stay counted where what came after them failed', async () => {
    const { wrong, right } = await withCode()
    await wrong()
    await wrong()
    await db.execute(sql`alter table security_events add constraint broken check (kind <> 'code-blocked') not valid`)
    await expect(wrong()).rejects.toThrow(/broken/)
    await db.execute(sql`alter table security_events drop constraint broken`)
    expect(await refusalOf(right())).toEqual({ code: 'code-blocked', retryAfterSeconds: 60 })
  })
})

describe('strangers', () => {
  /** What three wrong codes and one more answer. */
  const fourTries = async (fixture: Fixture, typed: string) => {
    const answers = []
    for (let n = 0; n < 4; n++) answers.push(await refusalOf(attempt(fixture, typed, 'wrong!')))
    return answers
  }

  it('see the same for known, unknown, deactivated and never-mailed accounts, in as many statements', async () => {
    const fixture = createRecoveryFixture(db)
    const [known, deactivated, never] = [
      await fixture.account(),
      await fixture.account({ deactivatedAt: fixture.clock.now() }),
      await fixture.account(),
    ]
    await fixture.mailedCode(known)
    const seen = []
    for (const typed of [known.email, deactivated.email, never.email, 'nobody@example.com']) {
      const from = createRecoveryFixture(recorded.db)
      recorded.statements.length = 0
      seen.push(JSON.stringify([await fourTries(from, typed), recorded.statements]))
    }
    expect(new Set(seen).size).toBe(1)
  })

  it('are told of unknown accounts under reveal, and of nothing else', async () => {
    const fixture = createRecoveryFixture(db, { policy: { disclosure: 'reveal' } })
    const account = await fixture.account()
    expect(await refusalOf(attempt(fixture, 'nobody@example.com', '000000'))).toEqual({ code: 'account-unknown' })
    expect(await refusalOf(attempt(fixture, account.email, 'wrong!'))).toEqual({ code: 'code-wrong', triesLeft: 2 })
  })

  it('from one address are limited, whatever accounts they try', async () => {
    const fixture = createRecoveryFixture(db, { policy: { rateLimitScale: 0.03 } })
    for (let n = 0; n < 3; n++) await refusalOf(attempt(fixture, `somebody${n}`, '000000'))
    expect(await refusalOf(attempt(fixture, 'somebody-else', '000000'))).toEqual({
      code: 'too-many-requests',
      retryAfterSeconds: 900,
    })
  })
})

it('a code outlives the rotation of APP_SECRET', async () => {
  const { fixture, right } = await withCode()
  fixture.secrets = ['a newer application secret of these tests', ...fixture.secrets]
  await right()
})

describe('a typed code', () => {
  it.each(['012345', ' 012 345 ', '012-345', '0 1 2 3 4 5', '012\u2013345', '\u00a0012345\n'])(
    'is read as people paste it: %j',
    (typed) => {
      expect(codeSchema.parse(typed)).toBe('012345')
    },
  )

  it.each([
    ['missing', undefined, 'code-missing'],
    ['blank', ' - ', 'code-missing'],
    ['a number', 12345, 'code-missing'],
    ['an array', ['012345'], 'code-missing'],
    ['letters', '01234O', 'code-not-numeric'],
    ['digits of another script', '\u0660\u0661\u0662\u0663\u0664\u0665', 'code-not-numeric'],
    ['full-width digits', '\uff10\uff11\uff12\uff13\uff14\uff15', 'code-not-numeric'],
    ['an exponent', '1e5', 'code-not-numeric'],
    ['a mebibyte', '0'.repeat(2 ** 20), 'code-not-numeric'],
  ])('is refused when it is %s', (_, typed, reason) => {
    expect(codeSchema.safeParse(typed).error?.issues[0]?.message).toBe(reason)
  })
})
