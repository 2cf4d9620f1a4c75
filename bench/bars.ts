import type { Sample } from './measure'
import { median, type Range, rangeOf } from './statistics'

/** A bar: what a ratio of two cases must reach. */
interface Bar {
  id: string
  of: string
  atLeast: number
}

const REQUESTS = ['request-known', 'request-unknown']

const BARS: Bar[] = [
  ...REQUESTS.map((id) => ({ id, of: 'bare', atLeast: 0.55 })),
  ...REQUESTS.map((id) => ({ id, of: 'terms', atLeast: 0.7 })),
  ...REQUESTS.map((id) => ({ id, of: 'better-auth', atLeast: 2.5 })),
  { id: 'reset', of: 'hash', atLeast: 0.8 },
  { id: 'verify', of: 'bare', atLeast: 0.5 },
  { id: 'session', of: 'bare', atLeast: 0.6 },
  ...['secure', 'accounts', 'initiate', 'views', 'jwt', 'v1'].map((id) => ({ id, of: 'bare', atLeast: 0.55 })),
]

/** The statements of each operation. */
export const STATEMENTS_AT_MOST: Record<string, number> = {
  'recovery.request': 1,
  'recovery.verifyCode': 2,
  'recovery.resetPassword': 2,
  'session.current': 1,
}

/** The memory of the server after the load, in MB (RSS). */
export const MEMORY_AT_MOST_MB = 400

export interface Verdict extends Bar {
  ratio: Range
  met: boolean
}

/** The cases that a case is compared with. */
export const comparedWith = (id: string): string[] => BARS.flatMap((bar) => (bar.id === id ? bar.of : []))

/** The ratio of two cases in every round in which both ran. */
export const ratioOf = (samples: Sample[], id: string, of: string): Range => {
  const rate = (round: number, wanted: string) =>
    samples.find((sample) => sample.round === round && sample.id === wanted)?.perSecond ?? Number.NaN
  const rounds = [...new Set(samples.map(({ round }) => round))]
  return rangeOf(rounds.map((round) => rate(round, id) / rate(round, of)))
}

/** Judges every bar whose two cases were measured. */
export function judge(samples: Sample[]): Verdict[] {
  const measured = new Set(samples.map(({ id }) => id))
  return BARS.filter(({ id, of }) => measured.has(id) && measured.has(of)).map((bar) => {
    const ratio = ratioOf(samples, bar.id, bar.of)
    return { ...bar, ratio, met: ratio.median >= bar.atLeast }
  })
}

/** A case over all of its rounds. */
export const summarize = (samples: Sample[], id: string) => {
  const own = samples.filter((sample) => sample.id === id)
  return {
    perSecond: rangeOf(own.map(({ perSecond }) => perSecond)),
    p50Ms: median(own.map(({ p50Ms }) => p50Ms)),
    p99Ms: median(own.map(({ p99Ms }) => p99Ms)),
  }
}
