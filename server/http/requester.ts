import { randomUUID } from 'node:crypto'
import type { Requester } from '@/server/core/context'
import { requestedLocale } from '@/server/language/choose-locale'
import type { Locale } from '@/server/language/languages'
import { hasBearerToken } from './bearer-token'
import { clientNetworks } from './client-address'
import { readCookie } from './cookies'
import { deviceOf } from './device'

/**
 * The sender of a request, as limits, the audit and the logs see it.
 * @param hops how many trusted proxies append to `X-Forwarded-For`
 */
export const requesterOf = (headers: Headers, hops: number): Requester => ({
  networks: clientNetworks(headers, hops),
  device: deviceOf(headers.get('user-agent')),
  requestId: randomUUID(),
  locale: localeOf(headers),
})

/** The language that a request asks for, by cookie or Accept-Language, or null. */
export const localeOf = (headers: Headers): Locale | null =>
  requestedLocale(readCookie(headers, 'language'), headers.get('accept-language'))

/**
 * The sender of a request to a documented contract. A trusted back end is counted by its key and not by its address, so
 * that neither strangers at that address nor the back end can use up the budget of the other.
 * @param serviceApiKey `SERVICE_API_KEY`. A request with another key, or without one, is a stranger's.
 */
export function contractRequesterOf(headers: Headers, hops: number, serviceApiKey: string | undefined): Requester {
  const requester = requesterOf(headers, hops)
  if (!serviceApiKey || !hasBearerToken(headers, serviceApiKey)) return requester
  return { ...requester, networks: [{ name: 'service-key', width: 'service-key' }] }
}

/** Whether a request came from a trusted back end. */
export const isTrustedBackEnd = ({ networks }: Requester): boolean => networks[0].width === 'service-key'
