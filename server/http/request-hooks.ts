import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { parseAndValidateFlightRouterState } from 'next/dist/server/app-render/parse-and-validate-flight-router-state'
import { env } from '@/server/env'
import { SOCKET_ADDRESS_HEADER, widestNetworkOf } from './client-address'
import { rememberFormClient } from './form-client'
import { isFormPost, refuseUnsizedForm } from './form-post'
import { redirectOtherHosts } from './own-host'
import { takeSignInsInTurns } from './sign-in-turns'

/** Changes to every request before Next.js sees it, and the headers that every response starts with. */

/** For responses that are not pages: nothing may load. `proxy.ts` gives pages a policy with a nonce (ASVS 3.4.3). */
const NON_PAGE_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const HSTS_SECONDS = 2 * 365 * 24 * 3600

const securityHeaders = (): Record<string, string> => ({
  'Content-Security-Policy': NON_PAGE_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Frame-Options': 'DENY',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), browsing-topics=()',
  ...(env().secureCookies ? { 'Strict-Transport-Security': `max-age=${HSTS_SECONDS}` } : {}),
})

/** The methods that Next.js can route. It answers any other, such as TRACE, with 500. */
const ROUTABLE_METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/**
 * Next.js answers 500 when the first three do not match a static file. We never serve partial content. `Next-Action`
 * calls a server action from a script. Our scripts call tRPC, and Next.js logs a stack for an unknown action.
 */
const DROPPED_HEADERS = ['range', 'if-match', 'if-unmodified-since', 'next-action']

/** The content types that can call a server action without JavaScript. `form-post.ts` decides on which pages they may. */
const FORM_TYPES = /^(?:multipart\/form-data|application\/x-www-form-urlencoded)/i

/** The router's state in a navigation. Next.js answers 500 and logs a stack when it is not well formed. */
const ROUTER_STATE = 'next-router-state-tree'

/** A prefetch by the router. With another value than 1, Next.js renders ahead, which these pages refuse with a stack in the log. */
const PREFETCH = 'next-router-prefetch'

/**
 * A request target in origin form, with `%25` for a `%` that starts no escape and without dot segments. Servers must
 * accept the absolute form too (RFC 9112 §3.2.2), but Next.js answers it with an error or a redirect of its own. It
 * removes dot segments itself, but only after these hooks have looked at the path.
 */
export function normalizeTarget(target: string): string {
  const originForm = target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '')
  const [path = '', ...query] = (originForm.startsWith('/') ? originForm : `/${originForm}`).split('?')
  return [withoutDots(decodable(path)), ...query].join('?')
}

/** The path without the segments `.` and `..`, escaped or not, as URLs are parsed. */
const withoutDots = (path: string): string =>
  /\/(?:\.|%2e){1,2}(?:\/|$)/i.test(path) ? new URL(`http://localhost${path}`).pathname : path

/** The path, with every `%` escaped if it cannot be decoded. */
function decodable(path: string): string {
  try {
    decodeURIComponent(path)
    return path
  } catch {
    return path.replaceAll('%', '%25')
  }
}

/**
 * Next.js passes no socket address to a route and believes a client's own `X-Forwarded-For`. So the address goes
 * on a private header, over any value that the client sent. An unroutable method becomes OPTIONS, which is refused.
 */
function prepareRequest(request: IncomingMessage, response: ServerResponse) {
  request.headers[SOCKET_ADDRESS_HEADER] = request.socket.remoteAddress ?? ''
  request.url = normalizeTarget(request.url ?? '/')
  if (!ROUTABLE_METHODS.has(request.method ?? '')) request.method = 'OPTIONS'
  for (const name of DROPPED_HEADERS) delete request.headers[name]
  if (isFormPost(request.method, request.url, request.headers['content-type'])) {
    refuseUnsizedForm(request)
    rememberFormClient(request, response)
  } else if (FORM_TYPES.test(request.headers['content-type'] ?? '')) {
    request.headers['content-type'] = 'application/octet-stream'
  }
  if (!isRouterState(request.headers[ROUTER_STATE])) delete request.headers[ROUTER_STATE]
  if (request.headers[PREFETCH] !== '1') delete request.headers[PREFETCH]
}

/**
 * Whether Next.js can read the state. Without one it renders the whole page. The parser is an internal module: only the
 * parser itself knows what it rejects. If an update of Next.js moves it, the build and the type check fail.
 */
export function isRouterState(state: string | string[] | undefined): boolean {
  try {
    return parseAndValidateFlightRouterState(state) !== undefined
  } catch {
    return false
  }
}

/** The server property that Node.js has since 24.9. */
type UpgradableServer = { shouldUpgradeCallback?: () => boolean }

/**
 * Next.js keeps the socket of an upgrade request that it has no handler for. A few thousand of them would exhaust
 * the process. No route here speaks another protocol, so Node.js handles an upgrade as a normal request.
 */
function ignoreUpgrades() {
  subscribe('net.server.socket', (message) => {
    const { server } = (message as { socket: { server?: UpgradableServer } }).socket
    if (server) server.shouldUpgradeCallback = () => false
  })
}

/**
 * Closes connections of other machines. Next.js could listen on the loopback address only, but then it takes its own
 * rewrites for addresses of another server.
 */
function refuseOtherMachines() {
  subscribe('net.server.socket', (message) => {
    const { socket } = message as { socket: Socket }
    if (!isLoopback(socket.remoteAddress)) socket.destroy()
  })
}

/** True for the addresses that a machine gives itself. */
export const isLoopback = (address = ''): boolean =>
  address === '::1' || /^(?:::ffff:)?127\.\d+\.\d+\.\d+$/.test(address)

/** Installs the hooks for every HTTP server of this process. Called once, before the server starts. */
export function installRequestHooks(): void {
  const headers = Object.entries(securityHeaders())
  if (!env().development) ignoreUpgrades() // hot reload needs a WebSocket
  // The demo accounts and the mailbox are for this machine only.
  if (env().embeddedDatabase) refuseOtherMachines()
  const { embeddedDatabase: isDemo, trustedProxyHops } = env()
  const networkOf = (request: IncomingMessage) => widestNetworkOf(request, trustedProxyHops)
  subscribe('http.server.request.start', (message) => {
    const { request, response, server } = message as {
      request: IncomingMessage
      response: ServerResponse
      server: Server
    }
    takeSignInsInTurns(server, networkOf)
    if (isDemo) redirectOtherHosts(request)
    prepareRequest(request, response)
    for (const [name, value] of headers) response.setHeader(name, value)
  })
}
