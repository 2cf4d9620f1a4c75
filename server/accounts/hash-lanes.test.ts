import { setImmediate } from 'node:timers/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { refusalOf } from '@/server/testing/refusal'
import { HashLane } from './hash-lane'
import { runRedeem, withSignInPlace } from './hash-lanes'

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
  it('hashes for known devices first, and lets them in when there are enough anonymous sign-ins', async () => {
    const { started, release, work } = heldWork()
    const anonymous = Array.from({ length: 1_000 }, () =>
      withSignInPlace('anonymous', undefined, (place) => place.run(work('anonymous'))),
    )
    const outcomes = Promise.allSettled(anonymous)
    await settled()
    const running = started.length
    const known = withSignInPlace('known-device', undefined, (place) => place.run(work('known')))
    release()
    await known
    await outcomes
    expect(started.indexOf('known')).toBe(running)
  })

  it('gives no place of a known device to one that turns out to be none', async () => {
    const { release, work } = heldWork()
    const stranger = (kind: 'known-device' | 'anonymous') =>
      withSignInPlace(kind, undefined, async (place) => {
        place.becomes('anonymous')
        await place.run(work('stranger'))
      })
    const full = Array.from({ length: 1_000 }, () => stranger('anonymous').catch(() => {}))
    expect(await refusalOf(stranger('known-device'))).toMatchObject({ code: 'busy' })
    const known = withSignInPlace('known-device', undefined, (place) => place.run(work('known')))
    release()
    await Promise.all([...full, known])
  })

  it('holds refusals, so that clients that try again at once keep nothing busy, but not without limit', async () => {
    const { started, release, work } = heldWork()
    const gone = new AbortController()
    let refused = 0
    const flood = Array.from({ length: 5_000 }, () =>
      withSignInPlace('anonymous', gone.signal, (place) => place.run(work('stranger'))).catch(() => refused++),
    )
    await settled()
    const [atOnce, most] = [refused, 5_000 - 2_000]
    expect(atOnce).toBeGreaterThan(0)
    expect(atOnce).toBeLessThan(most)
    gone.abort() // nothing is held for clients that have gone
    await vi.waitFor(() => expect(refused).toBe(5_000 - started.length))
    release()
    await Promise.all(flood)
  })
})
