import { createHash, timingSafeEqual } from 'node:crypto'
import { env } from '@/server/env'
import { log } from '@/server/observability/log'
import { drainFor, sharedWorker } from '@/server/worker'

/** As long as one call may keep a short-lived process; what is left waits for the next. */
const CALL_MS = 45_000

const digest = (text: string) => createHash('sha256').update(text).digest()

/**
 * `POST /api/cron/deliver-mail`: sends what is due and cleans up, where no process lives long enough to do it by
 * itself. The bearer is CRON_SECRET, compared in constant time; 404 unless that is set.
 */
export async function handleDeliverMail(request: Request): Promise<Response> {
  const { cronSecret } = env()
  const headers = { 'cache-control': 'no-store' }
  if (!cronSecret) return Response.json({ error: 'not found' }, { status: 404, headers })
  const given = request.headers.get('authorization') ?? ''
  if (!timingSafeEqual(digest(given), digest(`Bearer ${cronSecret}`))) {
    return Response.json(
      { error: 'unauthorized' },
      { status: 401, headers: { ...headers, 'www-authenticate': 'Bearer' } },
    )
  }
  try {
    const worker = sharedWorker()
    const pausedMs = await drainFor(worker.mail, CALL_MS)
    const removed = await worker.housekeeping.removeOldRows()
    return Response.json({ done: pausedMs === 0, pausedMs: Math.ceil(pausedMs), removed }, { headers })
  } catch (error) {
    log().error({ err: error }, 'the scheduled delivery failed')
    return Response.json({ error: 'failed' }, { status: 503, headers: { ...headers, 'retry-after': '60' } })
  }
}
