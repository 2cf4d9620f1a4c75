import { watchParent } from '@/scripts/parent-watch.mjs'
import { createDatabase } from '@/server/db/client'
import { createEventPost, type PostEvent } from '@/server/events/post-event'
import { createEventWorker } from '@/server/events/worker'
import { createLog } from '@/server/observability/log'

/**
 * An event worker as a process of its own, for tests that kill it. It starts with the first message from the test,
 * waits for ever at the moment WAIT_AT, and reports that. Its clock is the real one plus CLOCK_OFFSET_MS.
 */
export type Moment = 'claimed' | 'answered'
export type Report = { ready: true } | { waitingAt: Moment }

const { DATABASE_URL = '', DATABASE_POOLING, EVENTS_URL = '', EVENTS_SECRET = '' } = process.env
const { WAIT_AT, CLOCK_OFFSET_MS } = process.env

const report = (message: Report) => process.send?.(message)

async function reach(moment: Moment) {
  if (WAIT_AT !== moment) return
  report({ waitingAt: moment })
  await new Promise(() => {})
}

const pooling = DATABASE_POOLING === 'transaction' ? 'transaction' : 'session'
const { db } = createDatabase(DATABASE_URL, { maxConnections: 3, pooling })
const realPost = createEventPost({ url: EVENTS_URL, secrets: [EVENTS_SECRET] })
const post: PostEvent = async (...call) => {
  await reach('claimed')
  const outcome = await realPost(...call)
  await reach('answered')
  return outcome
}
const worker = createEventWorker({
  db,
  post,
  log: createLog('error'),
  now: () => new Date(Date.now() + Number(CLOCK_OFFSET_MS)),
  timing: { poll: 50, callTimeout: 100_000, lease: 200_000 },
})
watchParent(() => process.exit()).unref()
process.on('message', () => worker.start())
report({ ready: true })
