import { randomUUID } from 'node:crypto'
import type { Requester } from '@/server/core/context'
import { clientNetwork } from './client-address'
import { deviceOf } from './device'

/**
 * The sender of a request, as limits, the audit and the logs see it.
 * @param hops how many trusted proxies append to `X-Forwarded-For`
 */
export const requesterOf = (headers: Headers, hops: number): Requester => ({
  address: clientNetwork(headers, hops),
  device: deviceOf(headers.get('user-agent')),
  requestId: randomUUID(),
})
