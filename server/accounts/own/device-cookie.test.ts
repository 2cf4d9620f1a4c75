import { hash } from '@node-rs/argon2'
import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { identifierSchema } from '@/server/core/schemas'
import type { SecretRing } from '@/server/core/secrets'
import { resetPassword } from '@/server/recovery/reset-password'
import { secureAccount } from '@/server/recovery/secure-account'
import { OTHER_PASSWORD, PASSWORD } from '@/server/testing/accounts'
import { newClientNetworks } from '@/server/testing/client-address'
import { createRecordedDatabase, createTestDatabase } from '@/server/testing/database'
import { tokenIn } from '@/server/testing/emails'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { refusalOf } from '@/server/testing/refusal'
import { addToDeviceCookie, DEVICE_COOKIE_TTL_SECONDS, newDeviceId, readDeviceCookie } from './device-cookie'
import { signIn } from './sign-in'

const { db, url } = await createTestDatabase()
const recorded = createRecordedDatabase(url)

const quickHash = await hash(PASSWORD, { memoryCost: 19_456, timeCost: 2, parallelism: 1 })

/** A fixture, an account and a browser that has signed in to it. */
async function withKnownDevice(given: Parameters<typeof createRecoveryFixture>[1] = {}) {
  const fixture = createRecoveryFixture(db, given)
  const account = await fixture.account({ passwordHash: quickHash })
  /** Signs in from a network of its own. */
  const attempt = (deviceCookie: string | null, password = PASSWORD, name = account.email, over = {}) =>
    signIn(fixture.ctx({ requester: { networks: newClientNetworks(), device: null, requestId: 'device' }, ...over }), {
      account: identifierSchema.parse(name),
      password,
      deviceCookie,
    })
  const { deviceCookie } = await attempt(null)
  /** Uses up the budgets of the account and of all names, as strangers can. */
  const flood = () =>
    db.execute(sql`update latchkey.rate_limits set count = 300, expires_at = ${fixture.clock.now().toISOString()}::timestamptz + interval '1 hour'
      where bucket like 'sign-in typed %' or bucket like 'sign-in account %'`)
  return { fixture, account, attempt, deviceCookie, flood }
}

const NAME = identifierSchema.parse('nobody@example.com')

const REFUSED = { code: 'too-many-requests', retryAfterSeconds: 3600 }

/** The same text with another character at a position. */
const altered = (text: string, at: number) => `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`

describe('a browser that has signed in before', () => {
  it('is let in while strangers have used up the budgets of the account, with either of its names', async () => {
    const { account, attempt, deviceCookie, flood } = await withKnownDevice()
    await flood()
    expect(await refusalOf(attempt(null))).toEqual(REFUSED)
    await attempt(deviceCookie)
    await attempt(deviceCookie, PASSWORD, account.username)
    expect(await refusalOf(attempt(deviceCookie, OTHER_PASSWORD))).toEqual({ code: 'sign-in-failed' })
  })

  it('uses up its own budget only: 20 in 15 minutes, and then counts as any other browser', async () => {
    const { fixture, account, attempt, deviceCookie, flood } = await withKnownDevice()
    for (let n = 0; n < 20; n++) await refusalOf(attempt(deviceCookie, OTHER_PASSWORD))
    const [row] = await db.execute<{ count: number }>(
      sql`select count from latchkey.rate_limits where bucket = ${`sign-in account ${account.id}`}`,
    )
    expect(row?.count).toBe(1) // the first sign-in, without the cookie
    await attempt(deviceCookie)
    await flood()
    expect(await refusalOf(attempt(deviceCookie))).toEqual(REFUSED)
    fixture.clock.advance(900)
    await attempt(deviceCookie)
  })

  it('keeps its id, and remembers several accounts', async () => {
    const { fixture, attempt, deviceCookie, flood } = await withKnownDevice()
    const second = await fixture.account({ passwordHash: quickHash })
    const both = (await attempt(deviceCookie, PASSWORD, second.email)).deviceCookie
    const again = (await attempt(both)).deviceCookie
    const read = (cookie: string) => readDeviceCookie(fixture.secrets, cookie, NAME, fixture.clock.now())
    expect(read(again).at(0)?.id).toBe(read(deviceCookie).at(0)?.id)
    expect(new Set(read(again).map(({ id }) => id)).size).toBe(2)
    await flood()
    await attempt(again)
    await attempt(again, PASSWORD, second.email)
  })

  it('still counts under the budget of its network', async () => {
    const { fixture, attempt, deviceCookie } = await withKnownDevice({ policy: { rateLimitScale: 0.01 } })
    const { requester } = fixture.ctx()
    await attempt(deviceCookie, PASSWORD, undefined, { requester })
    expect((await refusalOf(attempt(deviceCookie, PASSWORD, undefined, { requester }))).code).toBe('too-many-requests')
  })

  it('takes the same two statements as any other', async () => {
    const { attempt, deviceCookie } = await withKnownDevice()
    const run = async (cookie: string | null) => {
      recorded.statements.length = 0
      await attempt(cookie, PASSWORD, undefined, { db: recorded.db })
      return [...recorded.statements]
    }
    const known = await run(deviceCookie)
    expect(known).toHaveLength(2)
    expect(await run(null)).toEqual(known)
  })
})

describe('a device cookie that is worth nothing', () => {
  /** It behaves like none. */
  const expectNoEffect = async (cookie: string, { attempt, flood }: Awaited<ReturnType<typeof withKnownDevice>>) => {
    await flood()
    expect(await refusalOf(attempt(cookie))).toEqual(REFUSED)
  }

  it('is one that was altered, cut or extended', async () => {
    const known = await withKnownDevice()
    const { deviceCookie } = known
    await known.flood()
    const positions = Array.from({ length: deviceCookie.length }, (_, at) => at).filter((at) => at % 8 === 0)
    const others = positions.map((at) => altered(deviceCookie, at))
    for (const cookie of [
      ...others,
      deviceCookie.slice(0, -1),
      `${deviceCookie}A`,
      '',
      '.',
      'null',
      '\u{1f511}'.repeat(5_000),
    ])
      expect([cookie, await refusalOf(known.attempt(cookie))]).toEqual([cookie, REFUSED])
  })

  it('is one of another account, or one that another secret signed', async () => {
    const known = await withKnownDevice()
    const other = await withKnownDevice()
    await expectNoEffect(other.deviceCookie, known)
    const { account, fixture } = known
    const device = { id: newDeviceId(), accountId: account.id, passwordVersion: 1, name: NAME }
    const forged = addToDeviceCookie(['another secret'], null, device, fixture.clock.now())
    await expectNoEffect(forged, known)
  })

  it('is one from before the password was changed', async () => {
    const known = await withKnownDevice()
    const { fixture, account, deviceCookie } = known
    await resetPassword(fixture.ctx(), { secret: await fixture.mailedLink(account), password: OTHER_PASSWORD })
    await known.flood()
    expect(await refusalOf(known.attempt(deviceCookie, OTHER_PASSWORD))).toEqual(REFUSED)
  })

  it('is one from before the account was secured', async () => {
    const known = await withKnownDevice()
    const { fixture, account } = known
    await resetPassword(fixture.ctx(), { secret: await fixture.mailedLink(account), password: OTHER_PASSWORD })
    await fixture.deliver()
    const { deviceCookie } = await known.attempt(null, OTHER_PASSWORD) // the intruder's
    await secureAccount(fixture.ctx(), { token: tokenIn(fixture.mailbox.to(account.email).at(-1)) })
    await known.flood()
    expect(await refusalOf(known.attempt(deviceCookie, OTHER_PASSWORD))).toEqual(REFUSED)
  })

  it('is one that is older than a year', async () => {
    const known = await withKnownDevice()
    known.fixture.clock.advance(DEVICE_COOKIE_TTL_SECONDS - 1)
    await known.flood()
    const { deviceCookie } = await known.attempt(known.deviceCookie)
    known.fixture.clock.advance(1)
    await known.flood()
    expect(await refusalOf(known.attempt(known.deviceCookie))).toEqual(REFUSED)
    await known.attempt(deviceCookie)
  })
})

it('a device cookie is verified with every secret of the ring, and signed with the newest', async () => {
  const old: SecretRing = ['the old secret of these tests']
  const known = await withKnownDevice({ secrets: old })
  const rotated: SecretRing = ['the new secret of these tests', ...old]
  await known.flood()
  // The typed name is counted under the new secret, the account as before.
  const { deviceCookie } = await known.attempt(known.deviceCookie, PASSWORD, undefined, { secrets: rotated })
  const now = known.fixture.clock.now()
  expect(readDeviceCookie([rotated[0]], deviceCookie, NAME, now)).toHaveLength(1)
  expect(readDeviceCookie(old, deviceCookie, NAME, now)).toHaveLength(0)
})

it('a device cookie says nothing that could be used: no address, no name, no session', async () => {
  const { account, deviceCookie } = await withKnownDevice()
  expect(deviceCookie).toMatch(/^[A-Za-z0-9_-]{128}$/)
  const text = Buffer.from(deviceCookie, 'base64url').toString('latin1')
  for (const secret of [account.email, account.username, PASSWORD]) expect(text).not.toContain(secret)
})
