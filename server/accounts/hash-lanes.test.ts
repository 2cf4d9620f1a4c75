import { setImmediate } from 'node:timers/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { refusalOf } from '@/server/testing/refusal'
import { HashLane } from './hash-lane'
import { runRedeem, withSignInPlace } from './hash-lanes'

/** The pauses of held sign-ins. In these tests they last until `endHolds` is called. */
const holds = vi.hoisted(() => [] as { ms: number; end(): void }[])
const endHolds = () => {
  for (const { end } of holds.splice(0)) end()
}

vi.mock(import('node:timers/promises'), async (original) => ({
  ...(await original()),
  setTimeout: (ms = 0, value, { signal } = {}) =>
    new Promise((resolve, reject) => {
      holds.push({ ms, end: () => resolve(value as never) })
      signal?.addEventListener('abort', reject)
    }),
}))

/** Work that ends when it is released. */
function heldWork() {
  const started: string[] = []
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  onTestFinished(() => release())
  const work = (name: string) => async () => {
    started.push(name)
    await held
  }
  return { started, release, work }
}

const settled = () => setImmediate()

describe('a lane', () => {
  it('runs as many at once as it has slots, then lower ranks first, then in the order of arrival', async () => {
    const lane = new HashLane(2)
    const { started, release, work } = heldWork()
    const ranks = [3, 3, 2, 1, 2, 1]
    const all = ranks.map((rank, n) => lane.run(work(`${n}`), { rank }))
    await settled()
    expect(started).toEqual(['0', '1'])
    release()
    await Promise.all(all)
    expect(started).toEqual(['0', '1', '3', '5', '2', '4'])
  })

  it('gives a slot back when work fails', async () => {
    const lane = new HashLane(1)
    const failing = lane.run(() => Promise.reject(new Error('no')))
    const next = lane.run(async () => 'done')
    await expect(failing).rejects.toThrow('no')
    expect(await next).toBe('done')
  })

  it('drops waiting work whose client has gone, but keeps the slot of running work until it ends', async () => {
    const lane = new HashLane(1)
    const { started, release, work } = heldWork()
    const client = new AbortController()
    const running = lane.run(work('running'), { signal: client.signal })
    const gone = refusalOf(lane.run(work('gone'), { signal: client.signal }))
    const other = lane.run(work('other'))
    client.abort()
    expect(await gone).toMatchObject({ code: 'busy' })
    expect([started, lane.waiting]).toEqual([['running'], 1])
    release()
    await Promise.all([running, other])
    expect(started).toEqual(['running', 'other'])
  })

  it('learns how many end within a second', async () => {
    const lane = new HashLane(2)
    const before = lane.perSecond
    for (let n = 0; n < 100; n++) await lane.run(async () => {})
    expect(lane.perSecond).toBeGreaterThan(before)
  })
})

describe('the lane of redeeming', () => {
  it('gives each secret a turn before another has its second one', async () => {
    const { started, release, work } = heldWork()
    const many = Array.from({ length: 50 }, (_, n) => runRedeem(work(`many ${n}`), { secretId: 'many' }))
    await settled()
    const running = started.length
    const one = runRedeem(work('one'), { secretId: 'one' })
    release()
    await Promise.all([...many, one])
    // Each that runs has been counted for its secret already.
    expect(started.indexOf('one')).toBe(running)
  })

  it('always has a place for a secret that has none, and at most 500 for others', async () => {
    const { started, release, work } = heldWork()
    const many = Array.from({ length: 1_000 }, () => runRedeem(work('many'), { secretId: 'many' }))
    const outcomes = Promise.allSettled(many)
    const one = runRedeem(work('one'), { secretId: 'one' })
    release()
    await one
    const refused = (await outcomes).filter((outcome) => outcome.status === 'rejected')
    expect(refused).toHaveLength(1_001 - started.length)
    expect(refused.length).toBeGreaterThan(400)
    expect(refused[0]?.reason).toMatchObject({ code: 'busy', details: { retryAfterSeconds: 2 } })
  })
})

describe('the lane of sign-in', () => {
  type Device = { id: string; accountId: string }
  /** A device of an account of its own. */
  const device = (id: string): Device => ({ id, accountId: `of ${id}` })

  /** A sign-in whose device cookie names these devices. */
  const signIn = (devices: Device[], work: () => Promise<void>) =>
    withSignInPlace(devices, undefined, (place) => place.run(work))

  /** One that turns out to have no device cookie for its account. */
  const stranger = (devices: Device[], work: () => Promise<void>) =>
    withSignInPlace(devices, undefined, async (place) => {
      place.becomeAnonymous()
      await place.run(work)
    })

  it('hashes for known devices first, and lets them in when there are enough anonymous sign-ins', async () => {
    const { started, release, work } = heldWork()
    const outcomes = Promise.allSettled(Array.from({ length: 1_000 }, () => signIn([], work('anonymous'))))
    await settled()
    const running = started.length
    const known = signIn([device('own')], work('known'))
    endHolds()
    release()
    await known
    await outcomes
    expect(started.indexOf('known')).toBe(running)
  })

  it('gives no place of a known device to one that turns out to be none', async () => {
    const { release, work } = heldWork()
    const full = Array.from({ length: 1_000 }, () => stranger([], work('stranger')).catch(() => {}))
    expect(await refusalOf(stranger([device('foreign')], work('stranger')))).toMatchObject({ code: 'busy' })
    // Nor does the device keep a place by it.
    const known = [signIn([device('foreign')], work('known')), signIn([device('foreign')], work('known'))]
    endHolds()
    release()
    await Promise.all([...full, ...known])
  })

  it.each([
    ['one device', 2, () => [device('many')]],
    ['one device among others', 2, (n: number) => [device(`other ${n}`), device('many')]],
    ['all devices of one account', 4, (n: number) => [{ id: `device ${n}`, accountId: 'many' }]],
  ])('have places of a known device for %s: %i at once, and then count as anonymous', async (_, most, devices) => {
    const { started, release, work } = heldWork()
    const full = Array.from({ length: 1_000 }, () => signIn([], work('anonymous')).catch(() => {}))
    await settled()
    const running = started.length
    const many = Array.from({ length: 1_000 }, (_, n) => signIn(devices(n), work('many')).catch(({ code }) => code))
    const others = Array.from({ length: running }, (_, n) => signIn([device(`known ${n}`)], work('known')))
    await settled()
    endHolds()
    // All others were refused, as anonymous ones are, before anything has ended.
    expect(await Promise.all(many.slice(most))).toEqual(Array(1_000 - most).fill('busy'))
    release()
    await Promise.all([...full, ...others, ...many])
    expect(started.filter((name) => name === 'many')).toHaveLength(most)
    // The places are free again.
    await Promise.all(Array.from({ length: most }, (_, n) => signIn(devices(n), work('again'))))
    expect(started.filter((name) => name === 'again')).toHaveLength(most)
  })

  it('leaves places to the known devices of other accounts, however slow hashes are', async () => {
    const clock = vi.spyOn(performance, 'now')
    onTestFinished(() => clock.mockRestore())
    await signIn([], async () => {
      const ended = performance.now() + 60_000
      clock.mockImplementation(() => ended)
    })
    const { started, release, work } = heldWork()
    const many = Array.from({ length: 4 }, (_, n) => signIn([{ id: `device ${n}`, accountId: 'many' }], work('many')))
    const other = signIn([device('other')], work('other'))
    const held = holds.length
    release()
    endHolds()
    await Promise.all([...many, other])
    expect([held, started]).toEqual([0, ['many', 'many', 'many', 'many', 'other']])
    // As fast as before
    for (let n = 0; n < 100; n++) await signIn([], async () => {})
  })

  it('holds those that find no place for two to eight seconds, and then lets some in', async () => {
    const { started, release, work } = heldWork()
    const first = Array.from({ length: 1_000 }, () => signIn([], work('first')).catch(({ code }) => code))
    await settled()
    const held = holds.map(({ ms }) => ms)
    expect(Math.min(...held)).toBeGreaterThanOrEqual(2_000)
    expect(Math.max(...held)).toBeLessThanOrEqual(8_000)
    expect(Math.max(...held) - Math.min(...held)).toBeGreaterThan(3_000)
    endHolds()
    const refused = await Promise.race(first.map((outcome) => outcome.then((code) => code)))
    expect(refused).toBe('busy')

    const late = signIn([], work('late'))
    await settled()
    release()
    await Promise.all(first)
    endHolds()
    await late
    expect(started).toContain('late')
  })

  it('refuses at once when 2,000 are held, and drops those whose client has gone', async () => {
    const { release, work } = heldWork()
    const client = new AbortController()
    let refused = 0
    const flood = Array.from({ length: 5_000 }, () =>
      withSignInPlace([], client.signal, (place) => place.run(work('stranger'))).catch(() => refused++),
    )
    await settled()
    expect(holds).toHaveLength(2_000)
    const before = refused
    expect(before).toBeGreaterThan(2_000)
    holds.length = 0
    client.abort()
    await settled()
    expect(refused).toBeGreaterThanOrEqual(before + 2_000)
    release()
    await Promise.all(flood)
    // Their places are free again.
    await signIn([], async () => {})
  })
})
