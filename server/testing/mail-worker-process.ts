import { watchParent } from '@/scripts/parent-watch.mjs'
import { createDatabase } from '@/server/db/client'
import { createResendTransport } from '@/server/mail/transports/resend'
import type { MailTransport } from '@/server/mail/transports/transport'
import { createRealWorker } from './mail-worker'

/**
 * A mail worker as a process of its own, for tests that kill it. It starts when told `start`; told `hold` and a place,
 * it says when it has come there, and goes no further until told `go`.
 */
export type Place = 'claimed' | 'accepted'
export type Order = { start: true } | { hold: Place } | { go: true }
export type Report = { ready: true } | { at: Place }

/** Fast enough for a test, in the proportions of the real one. */
const PACE = { poll: 50, gather: 10, callTimeout: 700, lease: 2_500, backoff: 50, longestBackoff: 400 }

let held: Place | undefined
let go = () => {}
async function pass(place: Place) {
  if (held !== place) return
  process.send?.({ at: place } satisfies Report)
  await new Promise<void>((resolve) => {
    go = resolve
  })
}

const { db } = createDatabase(process.env.DATABASE_URL ?? '', { maxConnections: 3 })
const resend = createResendTransport({ apiKey: 're_test', from: 'Latchkey <accounts@example.com>' })
const transport: MailTransport = {
  async send(...call) {
    const outcome = await resend.send(...call)
    if (outcome.kind === 'settled') await pass('accepted')
    return outcome
  },
}
const worker = createRealWorker(db, { pace: PACE, transport, onClaimed: () => pass('claimed') })

process.on('message', (order: Order) => {
  if ('start' in order) worker.start()
  held = 'hold' in order ? order.hold : undefined
  if ('go' in order) go()
})
watchParent(() => process.exit()).unref()
process.send?.({ ready: true } satisfies Report)
