import { hash, verify } from '@node-rs/argon2'
import { sql } from 'drizzle-orm'
import { describe, expect, it, vi } from 'vitest'
import { identifierSchema } from '@/server/core/schemas'
import { OTHER_PASSWORD, PASSWORD } from '@/server/testing/accounts'
import { newClientNetworks } from '@/server/testing/client-address'
import { createTestDatabase } from '@/server/testing/database'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { refusalOf } from '@/server/testing/refusal'
import { signIn } from './sign-in'

// The functions still do their work; the spies only record the calls.
vi.mock('@node-rs/argon2', { spy: true })

const { db } = await createTestDatabase()

type Fixture = ReturnType<typeof createRecoveryFixture>

const attempt = (fixture: Fixture, name: string, password: string, requester = fixture.ctx().requester) =>
  signIn(fixture.ctx({ requester }), { account: identifierSchema.parse(name), password })

/** A client in another network. */
const elsewhere = () => ({ networks: newClientNetworks(), device: null, requestId: 'elsewhere' })

const FAILED = { code: 'sign-in-failed' }
const refusedFor = (retryAfterSeconds: number) => ({ code: 'too-many-requests', retryAfterSeconds })

/** An account whose password is quick to verify. */
async function withAccount() {
  const fixture = createRecoveryFixture(db)
  const passwordHash = await hash(PASSWORD, { memoryCost: 1024, timeCost: 1, parallelism: 1 })
  return { fixture, account: await fixture.account({ passwordHash }) }
}

/** Guesses from many networks, a few at a time. */
async function guessFromEverywhere(fixture: Fixture, names: string[]) {
  for (let n = 0; n < names.length; n += 4) {
    const guesses = names.slice(n, n + 4).map((name) => refusalOf(attempt(fixture, name, OTHER_PASSWORD, elsewhere())))
    expect(new Set((await Promise.all(guesses)).map(({ code }) => code))).toEqual(new Set(['sign-in-failed']))
  }
}

/** Sets counts as if that many guesses had been made. */
const setCounts = (kind: string, count: number) =>
  db.execute(sql`update latchkey.rate_limits set count = ${count} where bucket like ${`sign-in ${kind} %`}`)

const repeated = (times: number, name: string) => Array.from({ length: times }, () => name)

describe('the guesses of one network', () => {
  it('are 20 in 15 minutes for an account, whichever of its names is typed', async () => {
    const { fixture, account } = await withAccount()
    for (const name of [...repeated(15, account.email), ...repeated(5, account.username)])
      expect(await refusalOf(attempt(fixture, name, OTHER_PASSWORD))).toEqual(FAILED)
    // Neither name has used up its own budget, so nothing is told.
    expect(await refusalOf(attempt(fixture, account.username, PASSWORD))).toEqual(FAILED)
    expect(await refusalOf(attempt(fixture, account.email, PASSWORD))).toEqual(FAILED)
    await attempt(fixture, account.email, PASSWORD, elsewhere())
    fixture.clock.advance(900)
    await attempt(fixture, account.email, PASSWORD)
  })

  it('are told by the typed name only', async () => {
    const { fixture, account } = await withAccount()
    for (let n = 0; n < 20; n++) await refusalOf(attempt(fixture, account.email, OTHER_PASSWORD))
    expect(await refusalOf(attempt(fixture, account.email.toUpperCase(), PASSWORD))).toEqual(refusedFor(900))
    for (let n = 0; n < 20; n++) expect(await refusalOf(attempt(fixture, account.username, PASSWORD))).toEqual(FAILED)
    expect(await refusalOf(attempt(fixture, account.username, PASSWORD))).toEqual(refusedFor(900))
  })

  it('use up no budget of the account beyond their own', async () => {
    const { fixture, account } = await withAccount()
    const attacker = elsewhere()
    for (let n = 0; n < 30; n++) await refusalOf(attempt(fixture, account.email, OTHER_PASSWORD, attacker))
    const counts = await db.execute<{ count: number }>(
      sql`select count from latchkey.rate_limits where bucket = ${`sign-in account ${account.id}`}`,
    )
    expect([...counts]).toEqual([{ count: 20 }])
  })
})

describe('the guesses of all networks together', () => {
  it('are 300 an hour for an account, half of them by its email address and half by its username', async () => {
    const { fixture, account } = await withAccount()
    await guessFromEverywhere(fixture, [...repeated(150, account.email), ...repeated(150, account.username)])
    for (const name of [account.email, account.username])
      expect(await refusalOf(attempt(fixture, name, PASSWORD, elsewhere()))).toEqual(FAILED)
    fixture.clock.advance(3600)
    await attempt(fixture, account.email, PASSWORD, elsewhere())
  })

  it('are told once the typed name has 300, with the same answer for a name that no account has', async () => {
    const { fixture, account } = await withAccount()
    for (const name of [account.email, 'not-here@example.com', 'not-here']) {
      await guessFromEverywhere(fixture, [name])
      await setCounts('typed', 299)
      expect(await refusalOf(attempt(fixture, name, OTHER_PASSWORD, elsewhere()))).toEqual(FAILED)
      expect(await refusalOf(attempt(fixture, name, PASSWORD, elsewhere()))).toEqual(refusedFor(3600))
    }
  })

  it('cost the work of a wrong password when the account has no budget left', async () => {
    const { fixture, account } = await withAccount()
    await guessFromEverywhere(fixture, [account.email])
    await setCounts('account', 300)
    vi.mocked(verify).mockClear()
    expect(await refusalOf(attempt(fixture, account.email, PASSWORD, elsewhere()))).toEqual(FAILED)
    expect(await refusalOf(attempt(fixture, account.email, OTHER_PASSWORD, elsewhere()))).toEqual(FAILED)
    const [right, wrong] = vi.mocked(verify).mock.calls
    expect([right?.[0], wrong?.[0]]).toEqual([account.passwordHash, account.passwordHash])
    expect(verify).toHaveBeenCalledTimes(2)
  })

  it('raise as many counts for a name that no account has', async () => {
    const { fixture, account } = await withAccount()
    const raised = async (name: string) => {
      const before = await db.execute(sql`select from latchkey.rate_limits`)
      await refusalOf(attempt(fixture, name, OTHER_PASSWORD, elsewhere()))
      return (await db.execute(sql`select from latchkey.rate_limits`)).length - before.length
    }
    expect(await raised('nobody@example.net')).toBe(await raised(account.email))
  })
})

it('concurrent guesses with both names of an account, from few networks, do not deadlock', async () => {
  const { fixture, account } = await withAccount()
  const clients = [elsewhere(), elsewhere(), elsewhere()]
  const guesses = Array.from({ length: 60 }, (_, n) =>
    refusalOf(attempt(fixture, n % 2 ? account.email : account.username, OTHER_PASSWORD, clients[n % 3])),
  )
  for (const { code } of await Promise.all(guesses)) expect(['sign-in-failed', 'busy']).toContain(code)
})
