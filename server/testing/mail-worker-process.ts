import { watchParent } from '@/scripts/parent-watch.mjs'
import { createDatabase } from '@/server/db/client'
import type { MailTransport } from '@/server/mail/transport'
import { createResendTransport } from '@/server/mail/transports/resend'
import { createRealWorker, TEST_TIMING } from './mail-worker'

/**
 * A mail worker as a process of its own, for tests that kill it. The test sends orders, the process sends
 * reports. Its clock is the real one plus an offset that the test sets.
 */
export type Order =
  | { start: true; clockOffsetMs: number }
  | { clockOffsetMs: number }
  | { waitAt: Step }
  | { proceed: true }
  | { abortCall: true }
export type Report = { ready: true } | { waitingAt: Step }

/** A moment of a delivery at which the worker waits if ordered to: a batch is claimed, or a call is answered. */
export type Step = 'claimed' | 'accepted'

let clockOffsetMs = 0
let waitAt: Step | undefined
let proceed = () => {}
let call = new AbortController()

const report = (message: Report) => process.send?.(message)

async function reach(step: Step) {
  if (waitAt !== step) return
  report({ waitingAt: step })
  await new Promise<void>((resolve) => {
    proceed = resolve
  })
}

const { DATABASE_URL = '', DATABASE_POOLING } = process.env
const pooling = DATABASE_POOLING === 'transaction' ? 'transaction' : 'session'
const { db } = createDatabase(DATABASE_URL, { maxConnections: 3, pooling })
const resend = createResendTransport({ apiKey: 're_test', from: 'Latchkey <accounts@example.com>' })
const transport: MailTransport = {
  async send(emails, key, signal) {
    call = new AbortController()
    const outcome = await resend.send(emails, key, AbortSignal.any([signal, call.signal]))
    if (outcome.kind === 'settled') await reach('accepted')
    return outcome
  },
}
const worker = createRealWorker(db, {
  timing: TEST_TIMING,
  transport,
  now: () => new Date(Date.now() + clockOffsetMs),
  onClaimed: () => reach('claimed'),
})

process.on('message', (order: Order) => {
  if ('clockOffsetMs' in order) clockOffsetMs = order.clockOffsetMs
  if ('start' in order) worker.start()
  if ('waitAt' in order) waitAt = order.waitAt
  if ('abortCall' in order) call.abort(new DOMException('The call timed out', 'TimeoutError'))
  if ('proceed' in order) {
    waitAt = undefined
    proceed()
  }
})
watchParent(() => process.exit()).unref()
report({ ready: true })
