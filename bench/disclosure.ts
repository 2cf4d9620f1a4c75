import { Agent } from 'node:http'
import { send } from './load'

const WARM_UP = 500
const PAIRS = 2_000

export interface TimingResult {
  name: string
  /** Welch's t of the two samples, raw and cropped at percentiles. From 4.5 on they can be told apart. */
  t: Record<string, number>
  /** The 99 % confidence interval of the paired difference, in milliseconds. */
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

/**
 * Measures whether the response time reveals the kind of an account: paired samples, in random order, on one kept-alive
 * connection (method: Reparaz, Balasch and Verbauwhede, "Dude, is my code constant time?").
 */
export async function compareTiming(
  name: string,
  origin: string,
  [first, second]: [() => string, () => string],
  delaySecondMs = 0,
): Promise<TimingResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const time = async (account: string, delayMs: number) => {
    const at = process.hrtime.bigint()
    const until = performance.now() + delayMs
    while (performance.now() < until);
    await send(origin, agent, {
      method: 'POST',
      path: '/api/trpc/recovery.request',
      body: JSON.stringify({ account }),
    })
    return Number(process.hrtime.bigint() - at) / 1e6
  }
  for (let n = 0; n < WARM_UP; n++) await time(n % 2 ? first() : second(), 0)
  const a: number[] = []
  const b: number[] = []
  for (let pair = 0; pair < PAIRS; pair++) {
    const turns = [async () => a.push(await time(first(), 0)), async () => b.push(await time(second(), delaySecondMs))]
    if (Math.random() < 0.5) turns.reverse()
    for (const turn of turns) await turn()
  }
  agent.destroy()

  const both = [...a, ...b].sort((x, y) => x - y)
  const t: Record<string, number> = { raw: welch(a, b) }
  for (const share of [0.5, 0.9, 0.99]) {
    const crop = both[Math.floor(both.length * share)] as number
    const below = (values: number[]) => values.filter((value) => value < crop)
    t[`p${share * 100}`] = welch(below(a), below(b))
  }
  const differences = a.map((value, at) => value - (b[at] as number))
  const half = 2.576 * Math.sqrt(variance(differences) / differences.length)
  const middle = mean(differences)
  return { name, t, interval: [middle - half, middle + half], medianMs: both[Math.floor(both.length / 2)] as number }
}
