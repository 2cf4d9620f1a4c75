import { randomUUID } from 'node:crypto'
import { hash } from '@node-rs/argon2'
import { expect, it, vi } from 'vitest'
import { identifierSchema } from '@/server/core/schemas'
import { OTHER_PASSWORD, PASSWORD } from '@/server/testing/accounts'
import { newClientNetworks } from '@/server/testing/client-address'
import { createTestDatabase } from '@/server/testing/database'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { refusalOf } from '@/server/testing/refusal'
import { addToDeviceCookie, newDeviceId, readDeviceCookie } from './device-cookie'
import { signIn } from './sign-in'

/** The held sign-ins. Each waits until the test calls its function. */
const holds = vi.hoisted(() => [] as (() => void)[])

vi.mock(import('node:timers/promises'), async (original) => ({
  ...(await original()),
  setTimeout: (_ms, value) => new Promise((resolve) => holds.push(() => resolve(value as never))),
}))

const { db } = await createTestDatabase()
const fixture = createRecoveryFixture(db)
const passwordHash = await hash(PASSWORD, { memoryCost: 19_456, timeCost: 2, parallelism: 1 })
const owner = await fixture.account({ passwordHash })

const nameOf = (typed: string) => identifierSchema.parse(typed)

const attempt = (name: string, password: string, deviceCookie: string | null) =>
  signIn(fixture.ctx({ requester: { networks: newClientNetworks(), device: null, requestId: 'device' } }), {
    account: nameOf(name),
    password,
    deviceCookie,
  })

/** The cookie of a browser that has signed in to this account, with the name that it typed. */
const cookieOf = (accountId: string, name: string) => {
  const device = { id: newDeviceId(), accountId, passwordVersion: 1, name: nameOf(name) }
  return addToDeviceCookie(fixture.secrets, null, device, fixture.clock.now())
}

/** The cookie of a browser that has signed in to a new account. */
async function cookieOfNewAccount() {
  const account = await fixture.account({ passwordHash })
  return (await attempt(account.email, PASSWORD, null)).deviceCookie
}

const UNKNOWN = 'nobody@example.com'

/** More than can be hashed within a second anywhere. */
const FLOOD = 1_000

/** Sends a flood of sign-ins with an unknown name, and expects that the owner's browser is let in meanwhile. */
async function expectOwnerLetIn(floodCookie: () => string) {
  const { deviceCookie } = await attempt(owner.email, PASSWORD, null)
  const flood = Array.from({ length: FLOOD }, () => refusalOf(attempt(UNKNOWN, OTHER_PASSWORD, floodCookie())))
  const held = holds.length
  expect(held).toBeGreaterThan(0) // the flood is under way
  const known = attempt(owner.email, PASSWORD, deviceCookie)
  expect(holds).toHaveLength(held) // a sign-in is held, or let in, as soon as it comes
  await known
  for (const end of holds.splice(0)) end()
  await Promise.all(flood)
}

it('a device cookie of another account takes no place from a known browser', async () => {
  const cookie = await cookieOfNewAccount()
  await expectOwnerLetIn(() => cookie)
})

it('many device cookies of another account take no place from a known browser', async () => {
  const [device] = readDeviceCookie(fixture.secrets, await cookieOfNewAccount(), nameOf(UNKNOWN), fixture.clock.now())
  if (!device) throw new Error('The attacker has no device cookie.')
  await expectOwnerLetIn(() => {
    const another = { ...device, id: newDeviceId(), name: nameOf(UNKNOWN) } // as each sign-in without a cookie gets
    return addToDeviceCookie(fixture.secrets, null, another, fixture.clock.now())
  })
})

it('device cookies of any number of other accounts take no place from a known browser', async () => {
  const ownCookie = cookieOf(owner.id, owner.email)
  const flood = Array.from({ length: FLOOD }, () =>
    refusalOf(attempt(owner.email, OTHER_PASSWORD, cookieOf(randomUUID(), 'mallory@example.com'))),
  )
  const held = holds.length
  expect(held).toBeGreaterThan(0)

  const known = attempt(owner.email, PASSWORD, ownCookie)
  expect(holds).toHaveLength(held)
  const unknownName = refusalOf(attempt(owner.username, PASSWORD, ownCookie))
  expect(holds).toHaveLength(held + 1)
  expect((await known).account.email).toBe(owner.email)

  for (const end of holds.splice(0)) end()
  await Promise.all([...flood, unknownName])
})

it('the names of two device cookies cannot be compared without the key', () => {
  const [one, other] = [cookieOf(owner.id, owner.email), cookieOf(owner.id, owner.email)]
  const digestIn = (cookie: string) => Buffer.from(cookie, 'base64url').subarray(40, 64)
  expect(digestIn(one)).toHaveLength(24)
  expect(digestIn(one)).not.toEqual(digestIn(other))
})
