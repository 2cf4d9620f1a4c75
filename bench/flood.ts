import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs/promises'
import { Agent } from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { build } from 'esbuild'
import { type Call, send } from './send'

/** What people who are not part of a flood of sign-ins notice of it. */
export interface FloodResult {
  /** The slowest of them. */
  redeemMs: number
  healthMs: number
  /** The 99th percentile of `recovery.request`. */
  requestP99Ms: { quiet: number; flooded: number }
  /** How many sign-ins got each status; 0 for none. */
  answers: Record<number, number>
}

/** The addresses of honest clients: none has more requests than a network may. */
let clients = 0
const from = () => ({ 'x-forwarded-for': `10.${++clients >> 8}.${clients & 255}.1` })

const request = (n: number): Call => ({
  method: 'POST',
  path: '/api/trpc/recovery.request',
  body: JSON.stringify({ account: `honest${n}@example.com` }),
  headers: from(),
})

async function timed(work: () => Promise<number>): Promise<number> {
  const at = performance.now()
  const status = await work()
  if (status !== 200) throw new Error(`a request was answered with status ${status}`)
  return performance.now() - at
}

/** Sends one request after another on one connection, with a pause after each. Returns how long they took. */
async function requestUntil(origin: string, isOver: (count: number) => boolean): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const took: number[] = []
  while (!isOver(took.length)) {
    took.push(await timed(() => send(origin, agent, request(took.length))))
    await sleep(5)
  }
  agent.destroy()
  return took
}

const p99 = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? Number.NaN

async function startFlood(origin: string): Promise<{ attacker: ChildProcess; clear(): Promise<void> }> {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'latchkey-flood-'))
  const outfile = path.join(folder, 'flood-client.mjs')
  const entry = path.join(import.meta.dirname, 'flood-client.ts')
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' })
  const attacker = fork(outfile, [origin], { execArgv: [] })
  await once(attacker, 'message')
  return { attacker, clear: () => fs.rm(folder, { recursive: true, force: true }) }
}

/**
 * Measures a server while 600 anonymous sign-ins are in flight, each from another network, and without them.
 * @param redeems calls that each redeem a live link of its own
 * @param samples how many requests are measured without the flood
 */
export async function measureFlood(origin: string, redeems: Call[], samples = 500): Promise<FloodResult> {
  await requestUntil(origin, (count) => count >= 200) // warm-up
  const quiet = await requestUntil(origin, (count) => count >= samples)

  const { attacker, clear } = await startFlood(origin)
  const answered = once(attacker, 'message')
  let isOver = false
  const requests = requestUntil(origin, () => isOver)
  const [redeemMs, healthMs]: [number[], number[]] = [[], []]
  // Each on a connection of its own.
  for (const redeem of redeems) {
    redeemMs.push(await timed(() => send(origin, new Agent(), { ...redeem, headers: from() })))
    healthMs.push(await timed(() => send(origin, new Agent(), { method: 'GET', path: '/healthz' })))
    await sleep(250)
  }
  isOver = true
  const flooded = await requests
  attacker.send('stop')
  const [answers] = (await answered) as [Record<number, number>]
  await clear()
  return {
    redeemMs: Math.max(...redeemMs),
    healthMs: Math.max(...healthMs),
    requestP99Ms: { quiet: p99(quiet), flooded: p99(flooded) },
    answers,
  }
}
