import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { env } from '@/server/env'
import { SOCKET_ADDRESS_HEADER } from './requester'

/** What every request is made fit with before Next sees it, and every answer begins with. */

/** What an answer that is no page needs: nothing. Pages get a policy with a nonce in proxy.ts (ASVS 3.4.3). */
const NOTHING_LOADS = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const HSTS_SECONDS = 2 * 365 * 24 * 3600

const securityHeaders = (): Record<string, string> => ({
  'Content-Security-Policy': NOTHING_LOADS,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Frame-Options': 'DENY',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), browsing-topics=()',
  ...(env().secureCookies ? { 'Strict-Transport-Security': `max-age=${HSTS_SECONDS}` } : {}),
})

const CARRIED = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/**
 * The request target in origin form (RFC 9112 §3.2.2 has servers take the absolute form as well), with a
 * `%` that encodes nothing read as itself: Next answers both with an error or a redirect of its own.
 */
export function plainTarget(target: string): string {
  const origin = target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '')
  const [path = '', ...query] = (origin.startsWith('/') ? origin : `/${origin}`).split('?')
  return [readable(path), ...query].join('?')
}

function readable(path: string): string {
  try {
    decodeURIComponent(path)
    return path
  } catch {
    return path.replaceAll('%', '%25')
  }
}

/**
 * Next tells a route nothing of the socket, and believes a client's own X-Forwarded-For: so the socket's
 * address goes on a private header, over whatever a client put there. A method that Next cannot carry (it
 * answers TRACE with 500) becomes OPTIONS, which nothing here does anything for.
 */
function prepare(request: IncomingMessage) {
  request.headers[SOCKET_ADDRESS_HEADER] = request.socket.remoteAddress ?? ''
  request.url = plainTarget(request.url ?? '/')
  if (!CARRIED.has(request.method ?? '')) request.method = 'OPTIONS'
  // Next's own files answer these with 500 when they do not fit; nothing here is worth a part of.
  for (const name of ['range', 'if-match', 'if-unmodified-since']) delete request.headers[name]
}

/** A server as Node 24.9 and newer has it. */
type Upgradable = { shouldUpgradeCallback?: () => boolean }

/**
 * Nothing here speaks another protocol, and Next keeps the socket of an upgrade that it has no answer for:
 * a few thousand of them would use up the process. So an upgrade is answered as the plain request it also is.
 */
function refuseUpgrades() {
  subscribe('net.server.socket', (message) => {
    const { server } = (message as { socket: { server?: Upgradable } }).socket
    if (server) server.shouldUpgradeCallback = () => false
  })
}

/** Has every request of this process prepared, and every answer given its headers. */
export function installRequestHooks(): void {
  const headers = Object.entries(securityHeaders())
  if (!env().development) refuseUpgrades() // hot reload is a web socket
  subscribe('http.server.request.start', (message) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse }
    prepare(request)
    for (const [name, value] of headers) response.setHeader(name, value)
  })
}
