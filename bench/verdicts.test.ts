import { describe, expect, it } from 'vitest'
import { judge } from './bars'
import type { Load } from './generate'
import { checkRows, checkStatuses, type Sample } from './measure'
import type { SoakResult } from './soak'
import { judgeSoak } from './soak-report'

const load = (statuses: Load['statuses']): Load => ({ perSecond: 1, p50Ms: 1, p99Ms: 1, statuses, next: 0 })

describe('a run fails', () => {
  it('when one answer has another status', () => {
    expect(() => checkStatuses('a case', load({ 200: 9 }), [200])).not.toThrow()
    expect(() => checkStatuses('a case', load({ 200: 9, 429: 1 }), [200])).toThrow('1 × 429')
  })

  it('when a request gets no answer, or none was sent', () => {
    expect(() => checkStatuses('a case', load({ 200: 9, 0: 1 }), [200])).toThrow('1 × no answer')
    expect(() => checkStatuses('a case', load({}), [200])).toThrow('no answers')
  })

  it('when an accepted request has no row, or there are rows of more requests than were sent', () => {
    expect(() => checkRows('a case', 100, 100, 16)).not.toThrow()
    expect(() => checkRows('a case', 116, 100, 16)).not.toThrow()
    expect(() => checkRows('a case', 99, 100, 16)).toThrow('99 rows')
    expect(() => checkRows('a case', 133, 100, 16)).toThrow('133 rows')
  })
})

describe('a bar', () => {
  const sample = (round: number, id: string, perSecond: number): Sample => ({
    round,
    id,
    perSecond,
    p50Ms: 1,
    p99Ms: 1,
    requests: 1,
  })

  it('is judged by the ratio within each round, so that a slow round does not count', () => {
    const rounds = [1000, 100, 1000].flatMap((bare, at) => [
      sample(at + 1, 'bare', bare),
      sample(at + 1, 'session', bare * 0.61),
      sample(at + 1, 'verify', bare * 0.49),
    ])
    expect(judge(rounds).map(({ id, met }) => [id, met])).toEqual([
      ['verify', false],
      ['session', true],
    ])
  })

  it('is left out when what it compares with was not measured', () => {
    expect(judge([sample(1, 'session', 1000)])).toEqual([])
  })
})

describe('a soak', () => {
  const resultWith = (memoryOf: (window: number) => number, p99Of: (window: number) => number) => {
    const samples = Array.from({ length: 60 }, (_, at) => ({ memoryMb: memoryOf(at), p99Ms: p99Of(at) }))
    return { samples } as SoakResult
  }
  const verdictsOf = (result: SoakResult) => judgeSoak(result).map(({ met }) => met)

  it('passes when memory and times stay level after a warm-up', () => {
    const memory = (at: number) => (at < 10 ? 200 + 15 * at : 350 + (at % 3))
    expect(verdictsOf(resultWith(memory, () => 20))).toEqual([true, true])
  })

  it('misses its bar when memory or times grow', () => {
    expect(
      verdictsOf(
        resultWith(
          (at) => 300 + 2 * at,
          (at) => 20 + at,
        ),
      ),
    ).toEqual([false, false])
  })

  it('misses its bar when there are too few windows to tell', () => {
    expect(verdictsOf({ samples: [] as SoakResult['samples'] } as SoakResult)).toEqual([false, false])
  })
})
