import { availableParallelism } from 'node:os'
import { verify } from '@node-rs/argon2'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { RecoveryContext } from '@/server/core/context'
import { identifierSchema } from '@/server/core/schemas'
import { rateLimits } from '@/server/db/schema'
import { countPasswords, PASSWORD } from '@/server/testing/accounts'
import { newClientNetworks } from '@/server/testing/client-address'
import { createTestDatabase } from '@/server/testing/database'
import { refusalOf } from '@/server/testing/refusal'
import { createResetFixture } from '@/server/testing/reset-fixture'
import { signIn } from './sign-in'

vi.mock('@node-rs/argon2', { spy: true })

/** The pauses of held sign-ins. They last until `endHolds` is called, and shorter pauses as long as they should. */
const holds = vi.hoisted(() => [] as (() => void)[])
const endHolds = () => {
  for (const end of holds.splice(0)) end()
}

vi.mock(import('node:timers/promises'), async (original) => {
  const timers = await original()
  const hold = <Value>(value: Value, signal?: AbortSignal) =>
    new Promise<Value>((resolve, reject) => {
      holds.push(() => resolve(value))
      signal?.addEventListener('abort', reject)
    })
  return {
    ...timers,
    setTimeout: (ms = 0, value, options = {}) =>
      ms < 2_000 ? timers.setTimeout(ms, value, options) : hold(value as never, options.signal),
  }
})

const { db } = await createTestDatabase()
const { fixture, account, reset } = await createResetFixture(db)

let strangers = 0

/** Sign-ins of other people, each from an address of its own. No name has a used-up budget. */
const stranger = (over: Partial<RecoveryContext> = {}) =>
  signIn(fixture.ctx({ requester: { networks: newClientNetworks(), device: null, requestId: 'flood' }, ...over }), {
    account: identifierSchema.parse(`unknown${strangers++}@example.com`),
    password: PASSWORD,
  })

/** Holds every password check until `release`; counts the most that ran at the same time. */
function holdChecks() {
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const counts = { running: 0, most: 0 }
  vi.mocked(verify).mockImplementation(async () => {
    counts.running++
    counts.most = Math.max(counts.most, counts.running)
    await held
    counts.running--
    return false
  })
  onTestFinished(() => release())
  return { release, counts }
}

/** More than can be hashed within a second anywhere. */
const FLOOD = 1_000

beforeEach(() => {
  vi.mocked(verify).mockReset()
})

describe('a flood of sign-ins', () => {
  it('does not delay a reset, although none of them ends', async () => {
    const { release } = holdChecks()
    const flood = Array.from({ length: FLOOD }, () => refusalOf(stranger()))
    await vi.waitFor(() => expect(verify).toHaveBeenCalled(), { timeout: 60_000 })
    await reset()
    expect(await countPasswords(db, account)).toBe(2)
    endHolds()
    release()
    await Promise.all(flood)
  })

  it('is refused with "busy" beyond a second of work, at once', async () => {
    const { release } = holdChecks()
    const refused: Awaited<ReturnType<typeof refusalOf>>[] = []
    const flood = Array.from({ length: FLOOD }, () => refusalOf(stranger()).then((refusal) => refused.push(refusal)))
    await vi.waitFor(
      () => {
        endHolds()
        // None of the checks has ended yet.
        expect(refused.length).toBeGreaterThan(FLOOD / 2)
      },
      { timeout: 60_000 },
    )
    expect(refused).toEqual(refused.map(() => ({ code: 'busy', retryAfterSeconds: expect.any(Number) })))
    expect(refused[0]?.retryAfterSeconds).toBeGreaterThan(0)
    release()
    await Promise.all(flood)
  })

  it('leaves a core to everything else', async () => {
    const { release, counts } = holdChecks()
    const flood = Array.from({ length: 100 }, () => refusalOf(stranger()))
    await vi.waitFor(() => expect(counts.running).toBeGreaterThan(0), { timeout: 60_000 })
    endHolds()
    release()
    await Promise.all(flood)
    expect(counts.most).toBeLessThanOrEqual(Math.max(1, availableParallelism() - 1))
  })
})

describe('a sign-in whose client has gone', () => {
  it('is not hashed, and leaves its place to others', async () => {
    const { release } = holdChecks()
    const [first, client] = [refusalOf(stranger()), new AbortController()]
    await vi.waitFor(() => expect(verify).toHaveBeenCalled(), { timeout: 60_000 })
    const running = vi.mocked(verify).mock.calls.length
    const gone = Array.from({ length: 5 }, () => refusalOf(stranger({ signal: client.signal })))
    client.abort()
    await Promise.all(gone)
    release()
    await first
    expect(verify).toHaveBeenCalledTimes(running)
  })

  it('is not even looked up when it has gone before', async () => {
    const counters = await db.$count(rateLimits)
    expect(await refusalOf(stranger({ signal: AbortSignal.abort() }))).toMatchObject({ code: 'busy' })
    expect(await db.$count(rateLimits)).toBe(counters)
  })
})
