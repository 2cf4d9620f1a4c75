import { Agent, request } from 'node:http'

export interface Call {
  method: 'GET' | 'POST'
  path: string
  body?: string
  headers?: Record<string, string>
}

export interface Measured {
  perSecond: number
  p50Ms: number
  p99Ms: number
  /** The number of answers with a status other than 2xx. */
  refused: number
}

/** Keeps a number of connections busy for some seconds, with one call after another on each. */
export async function load(
  origin: string,
  next: (n: number) => Call,
  { seconds = 3, connections = 16 } = {},
): Promise<Measured> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const took: number[] = []
  let refused = 0
  let n = 0
  const started = performance.now()
  const until = started + seconds * 1000
  const busy = async () => {
    while (performance.now() < until) {
      const at = performance.now()
      const status = await send(origin, agent, next(n++))
      took.push(performance.now() - at)
      if (status < 200 || status > 299) refused++
    }
  }
  await Promise.all(Array.from({ length: connections }, busy))
  const perSecond = took.length / ((performance.now() - started) / 1000)
  agent.destroy()
  took.sort((a, b) => a - b)
  const at = (share: number) => took[Math.floor(took.length * share)] ?? 0
  return { perSecond, p50Ms: at(0.5), p99Ms: at(0.99), refused }
}

/** Sends one call. Resolves with the status when the whole answer has been read. */
export function send(origin: string, agent: Agent, call: Call): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { ...call.headers, ...(call.body ? { 'content-type': 'application/json' } : {}) }
    const outgoing = request(`${origin}${call.path}`, { agent, method: call.method, headers }, (answer) => {
      answer.on('end', () => resolve(answer.statusCode ?? 0)).resume()
    })
    outgoing.on('error', reject)
    if (call.body) outgoing.setHeader('content-length', Buffer.byteLength(call.body))
    outgoing.end(call.body)
  })
}

export const median = (values: number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

/** The same values in random order, so that a drift of the machine's speed affects all of them alike. */
export const shuffled = <Value>(values: readonly Value[]): Value[] =>
  values
    .map((value) => [Math.random(), value] as const)
    .sort(([a], [b]) => a - b)
    .map(([, value]) => value)
