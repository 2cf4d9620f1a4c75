import type { IncomingMessage } from 'node:http'
import { isThisMachine } from '@/server/db/connection-url'
import { env } from '@/server/env'

/**
 * The demo answers requests for its own address only. A page of another site can point its own name at this machine (DNS
 * rebinding), and could then read the open mailbox. Its name is in `Host`, which a page cannot change.
 */

/** Where requests for other hosts are answered. */
const MISDIRECTED_PATH = '/api/misdirected'

/** True for a `Host` header with a name of this machine, or with the host of `APP_URL`; the port may be any. */
export function isOwnHost(host: string | undefined, appUrl: string): boolean {
  if (!host || !/^[\w.:[\]-]+$/.test(host) || !URL.canParse(`http://${host}`)) return false
  const { hostname } = new URL(`http://${host}`)
  return isThisMachine(hostname) || hostname === new URL(appUrl).hostname
}

/** Sends a request for another host to `misdirected`, whatever it asks for. */
export function redirectOtherHosts(request: IncomingMessage): void {
  const { appUrl } = env()
  if (isOwnHost(request.headers.host, appUrl)) return
  request.headers = { host: new URL(appUrl).host }
  request.method = 'GET'
  request.url = MISDIRECTED_PATH
}

/** `GET /api/misdirected`: what a request for another host gets (RFC 9110 §15.5.20). */
export const misdirected = (): Response =>
  new Response(`This demo answers requests for ${env().appUrl} only. Open that address instead.\n`, {
    status: 421,
    headers: { 'cache-control': 'no-store', 'content-type': 'text/plain' },
  })
