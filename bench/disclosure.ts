import { Agent } from 'node:http'
import { type Call, send } from './send'

/** How many samples are dropped first, and how many pairs are compared. */
export interface Samples {
  warmUp: number
  pairs: number
}

/** What a comparison needs to mean something. */
export const FULL: Samples = { warmUp: 500, pairs: 2_000 }

export interface TimingResult {
  name: string
  /** Welch's t of the two samples, raw and cropped at percentiles. From 4.5 on they can be told apart. */
  t: Record<string, number>
  /** The 99 % confidence interval of the median paired difference, in milliseconds. */
  interval: [number, number]
  medianMs: number
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const variance = (values: number[]) => {
  const middle = mean(values)
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1)
}

function welch(a: number[], b: number[]): number {
  const spread = Math.sqrt(variance(a) / a.length + variance(b) / b.length)
  return spread === 0 ? 0 : (mean(a) - mean(b)) / spread
}

/** A case: the next call about one kind of account, or about the other. Each call is made once. */
export interface TimingCase {
  name: string
  calls: [() => Call, () => Call]
  /** Delays the second call, for the control that must be told apart. */
  delaySecondMs?: number
}

/**
 * Measures whether the response time reveals the kind of an account: paired samples, in random order, on one kept-alive
 * connection (method: Reparaz, Balasch and Verbauwhede, "Dude, is my code constant time?").
 * @throws Error when the two kinds do not get the same statuses
 */
export async function compareTiming(
  { name, calls: [first, second], delaySecondMs = 0 }: TimingCase,
  origin: string,
  { warmUp, pairs }: Samples = FULL,
): Promise<TimingResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const statuses = [new Set<number>(), new Set<number>()] as const
  const time = async (kind: 0 | 1, delayMs: number) => {
    const call = kind === 0 ? first() : second()
    const at = process.hrtime.bigint()
    const until = performance.now() + delayMs
    while (performance.now() < until);
    statuses[kind].add(await send(origin, agent, call))
    return Number(process.hrtime.bigint() - at) / 1e6
  }
  for (let n = 0; n < warmUp; n++) await time(n % 2 ? 0 : 1, 0)
  const a: number[] = []
  const b: number[] = []
  const addPairs = async () => {
    for (let pair = 0; pair < pairs; pair++) {
      const turns = [async () => a.push(await time(0, 0)), async () => b.push(await time(1, delaySecondMs))]
      if (Math.random() < 0.5) turns.reverse()
      for (const turn of turns) await turn()
    }
    return summarize(name, a, b)
  }
  let result = await addPairs()
  // On a noisy machine, more pairs narrow the interval.
  for (let round = 1; round < MAX_ROUNDS && verdictOf(result) === 'unclear'; round++) result = await addPairs()
  agent.destroy()
  const [known, unknown] = statuses.map((each) => [...each].sort().join(', '))
  if (known !== unknown) throw new Error(`${name}: the statuses were ${known} and ${unknown}`)
  return result
}

/** How many times the pairs are taken, while the result is unclear. */
const MAX_ROUNDS = 4

function summarize(name: string, a: number[], b: number[]): TimingResult {
  const both = [...a, ...b].sort((x, y) => x - y)
  const t: Record<string, number> = { raw: welch(a, b) }
  for (const share of [0.5, 0.9, 0.99]) {
    const crop = both[Math.floor(both.length * share)] as number
    const below = (values: number[]) => values.filter((value) => value < crop)
    t[`p${share * 100}`] = welch(below(a), below(b))
  }
  const differences = a.map((value, at) => value - (b[at] as number))
  return { name, t, interval: medianInterval(differences), medianMs: both[Math.floor(both.length / 2)] as number }
}

/**
 * The 99 % confidence interval of a median, from the order of the values (sign test). One slow answer in a hundred, of
 * which every machine has some, does not widen it; the raw t notices differences that only such answers have.
 */
export function medianInterval(values: number[]): [number, number] {
  const sorted = values.toSorted((x, y) => x - y)
  const half = (2.576 * Math.sqrt(sorted.length)) / 2
  const low = Math.max(0, Math.floor(sorted.length / 2 - half))
  return [sorted[low] as number, sorted[sorted.length - 1 - low] as number]
}

/** `unclear`: the samples are too few, or the machine is too busy, to show either. */
export type Verdict = 'told apart' | 'not told apart' | 'unclear'

/**
 * Whether the two kinds can be told apart. They can with a t of 4.5, or when the whole interval is further from zero
 * than 0.1 ms and 2 % of the median. They cannot when the whole interval is nearer.
 */
export function verdictOf({ t, interval: [low, high], medianMs }: TimingResult): Verdict {
  const near = Math.max(0.1, medianMs * 0.02)
  if (Object.values(t).some((value) => Math.abs(value) >= 4.5) || low > near || high < -near) return 'told apart'
  return low >= -near && high <= near ? 'not told apart' : 'unclear'
}

/** A result on one line. */
export function describeTiming(result: TimingResult): string {
  const t = Object.entries(result.t).map(([crop, value]) => `${crop} ${value.toFixed(1)}`)
  const [low, high] = result.interval.map((value) => value.toFixed(3))
  const difference = `difference ${low} to ${high} ms of ${result.medianMs.toFixed(2)}`
  return `  ${result.name.padEnd(46)} ${verdictOf(result)}; t: ${t.join(', ')}; ${difference}`
}
