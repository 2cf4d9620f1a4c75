import { readCookie } from '@/server/http/cookies'
import { type Flow, unsealFlow } from '@/server/recovery/flow'
import type { ApiContext } from './context'

/** The recovery in progress in this browser, from its flow cookie, or null. */
export function flowOf(ctx: ApiContext): Flow | null {
  const cookie = readCookie(ctx.headers, 'flow')
  return cookie ? unsealFlow(ctx.recovery.secrets, cookie) : null
}
