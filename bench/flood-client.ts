import { Agent } from 'node:http'
import { type Call, send } from './send'

/**
 * The attacker of `npm run bench -- flood`, in a process of its own so that its work does not delay the measurement.
 * It keeps a number of anonymous sign-ins in flight, each from another network, until its parent says `stop`.
 */

const IN_FLIGHT = 600

/** An IPv6 address in a /48 of its own. */
const newAddress = (n: number) => `2001:${(0xdb8 + (n >> 16)).toString(16)}:${(n & 0xffff).toString(16)}::1`

const signIn = (n: number): Call => ({
  method: 'POST',
  path: '/api/trpc/session.signIn',
  body: JSON.stringify({ account: `stranger${n}@example.com`, password: 'not the password' }),
  headers: { 'x-forwarded-for': newAddress(n) },
})

const [origin = ''] = process.argv.slice(2)
const agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT })
const answers: Record<number, number> = {}
let sent = 0
let stopped = false

async function keepSending() {
  do {
    const status = await send(origin, agent, signIn(sent++)).catch(() => 0)
    answers[status] = (answers[status] ?? 0) + 1
  } while (!stopped)
}

process.on('message', () => {
  stopped = true
})
process.on('disconnect', () => process.exit())
const ended = Promise.all(Array.from({ length: IN_FLIGHT }, keepSending))
process.send?.('started')
await ended
agent.destroy()
process.send?.(answers, () => process.exit())
