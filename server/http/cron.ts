import { env } from '@/server/env'
import { log } from '@/server/observability/log'
import { drainFor, sharedWorker } from '@/server/worker'
import { hasBearerToken } from './bearer-token'

/** The longest that one call may run. Emails and events that are left wait for the next call. */
const CALL_MS = 45_000

/**
 * `POST /api/cron/deliver-mail` sends the emails and events that are due and removes old rows, for platforms where no
 * process lives long enough to do so. The bearer token is CRON_SECRET; without that setting the answer is 404.
 */
export async function handleDeliverMail(request: Request): Promise<Response> {
  const { cronSecret } = env()
  const headers = { 'cache-control': 'no-store' }
  if (!cronSecret) return Response.json({ error: 'not found' }, { status: 404, headers })
  if (!hasBearerToken(request.headers, cronSecret)) {
    return Response.json(
      { error: 'unauthorized' },
      { status: 401, headers: { ...headers, 'www-authenticate': 'Bearer' } },
    )
  }
  try {
    const worker = sharedWorker()
    const pausedMs = await drainFor(worker, CALL_MS)
    const removed = await worker.housekeeping.run()
    return Response.json({ done: pausedMs === 0, pausedMs: Math.ceil(pausedMs), removed }, { headers })
  } catch (error) {
    log().error({ err: error }, 'scheduled mail delivery failed')
    return Response.json({ error: 'failed' }, { status: 503, headers: { ...headers, 'retry-after': '60' } })
  }
}
