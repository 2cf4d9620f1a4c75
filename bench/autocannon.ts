import { createRequire } from 'node:module'
import type { Load, LoadOptions, Template } from './generate.ts'

/**
 * A process that runs autocannon once: `node bench/autocannon.ts '<LoadOptions as JSON>'` prints a `Load` as JSON.
 * autocannon is installed when it is needed, so its types are not there when this file is checked.
 */

interface Request {
  method: string
  path: string
  body?: string
  headers: Record<string, string>
  setupRequest?: (request: Request) => Request
}

type Autocannon = (options: {
  url: string
  connections: number
  duration?: number
  /** How many requests are sent, instead of for how long. */
  amount?: number
  overallRate?: number
  timeout: number
  requests: Request[]
}) => Promise<{
  duration: number
  latency: { p50: number; p99: number }
  errors: number
  statusCodeStats: Record<string, { count: number }>
}>

const autocannon: Autocannon = createRequire(import.meta.url)('autocannon')

const { origin, templates, connections, seconds, first, rate } = JSON.parse(process.argv[2] ?? '') as LoadOptions
let n = first

const fill = (text: string) => text.replaceAll('{n}', String(n)).replaceAll('{half}', String(Math.floor(n / 2)))

function requestOf({ method, path, body, headers }: Template): Request {
  const fixed = { method, path, body, headers: { ...(body && { 'content-type': 'application/json' }), ...headers } }
  if (!`${path}${body}`.includes('{')) return fixed
  const setupRequest = (request: Request) => {
    const filled = { ...request, path: fill(path), body: body && fill(body) }
    n++
    return filled
  }
  return { ...fixed, setupRequest }
}

const options = {
  url: origin,
  connections,
  ...(rate && { overallRate: rate }),
  timeout: 10,
  requests: templates.map(requestOf),
}
// A new process needs some hundred requests to become fast. They count as sent, and not as time.
const warmUp = rate ? [] : [await autocannon({ ...options, amount: 20 * connections })]
const measured = await autocannon({ ...options, duration: seconds })

const statuses: Load['statuses'] = {}
const add = (status: number, count: number) => {
  if (count > 0) statuses[status] = (statuses[status] ?? 0) + count
}
for (const { errors, statusCodeStats } of [...warmUp, measured]) {
  add(0, errors)
  for (const [status, { count }] of Object.entries(statusCodeStats)) add(Number(status), count)
}
const { duration, latency, statusCodeStats } = measured
const answered = Object.values(statusCodeStats).reduce((sum, { count }) => sum + count, 0)
const load: Load = { perSecond: answered / duration, p50Ms: latency.p50, p99Ms: latency.p99, statuses, next: n }
console.log(JSON.stringify(load))
