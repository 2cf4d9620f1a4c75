import { subscribe } from 'node:diagnostics_channel'
import { existsSync, readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import path from 'node:path'
import { telemetry } from './telemetry'

/**
 * Records the duration and the status of every request to this process, as a histogram and a span. Both name the
 * route, never the URL, because URLs can contain tokens.
 */
export function recordRequestMetrics(): void {
  const routeOf = routesOf(readRoutes())
  const startTimes = new WeakMap<IncomingMessage, number>()
  subscribe('http.server.request.start', (message) => {
    startTimes.set((message as { request: IncomingMessage }).request, performance.now())
  })
  subscribe('http.server.response.finish', (message) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse }
    const startTime = startTimes.get(request)
    if (startTime === undefined) return
    telemetry().recordDuration('http.server.request.duration', (performance.now() - startTime) / 1000, {
      'http.request.method': request.method ?? '',
      'http.response.status_code': response.statusCode,
      'http.route': response.statusCode === 404 ? '*' : routeOf(request.url ?? ''),
    })
  })
}

/** The routes of this build, from the manifest that Next.js writes. Empty under `next dev`. */
function readRoutes(): string[] {
  const file = path.join(/* turbopackIgnore: true */ process.cwd(), '.next', 'app-path-routes-manifest.json')
  return existsSync(file) ? Object.values(JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>) : []
}

/**
 * Makes the function that finds the route of an address. For a call of tRPC it returns the path with the name of the
 * procedure, which is not secret.
 * @param routes the routes as Next.js writes them, for example `/reset-password/[uid]/[token]`.
 * @returns a function from an address (path and query) to its route, or `*` if no route matches.
 */
export function routesOf(routes: readonly string[]): (url: string) => string {
  const fixed = new Set(routes.filter((route) => !route.includes('[')))
  const patterns = routes
    .filter((route) => route.includes('['))
    // A route with fewer parameters wins, as in Next.js.
    .toSorted((a, b) => a.split('[').length - b.split('[').length)
    .map((route) => ({
      route,
      pattern: new URLPattern({ pathname: `${route.replace(/\[([^\]]+)\]/g, ':$1')}{/}?` }),
    }))
  return (url) => {
    const pathname = url.split('?')[0] ?? ''
    const withoutSlash = pathname.replace(/(?<=.)\/$/, '')
    if (fixed.has(withoutSlash)) return withoutSlash
    // A pattern test takes some microseconds, so only addresses with parameters reach it.
    const route = patterns.find(({ pattern }) => pattern.test({ pathname }))?.route ?? '*'
    return route === '/api/trpc/[trpc]' && /^[\w./]{1,60}$/.test(pathname) ? pathname : route
  }
}
