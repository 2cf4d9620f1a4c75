import { subscribe } from 'node:diagnostics_channel'
import { existsSync, readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import path from 'node:path'
import { telemetry } from './telemetry'

/** Counts, times and traces every request of this process by its route, never by its address: links hold tokens. */
export function recordRequestMetrics(): void {
  const routeOf = routesOf(readRoutes())
  const started = new WeakMap<IncomingMessage, number>()
  subscribe('http.server.request.start', (message) => {
    started.set((message as { request: IncomingMessage }).request, performance.now())
  })
  subscribe('http.server.response.finish', (message) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse }
    const since = started.get(request)
    if (since === undefined) return
    telemetry().took('http.server.request.duration', (performance.now() - since) / 1000, {
      'http.request.method': request.method ?? '',
      'http.response.status_code': response.statusCode,
      'http.route': response.statusCode === 404 ? '*' : routeOf(request.url ?? ''),
    })
  })
}

/** The routes of this build, as Next writes them down; none under `next dev`. */
function readRoutes(): string[] {
  const file = path.join(/* turbopackIgnore: true */ process.cwd(), '.next', 'app-path-routes-manifest.json')
  return existsSync(file) ? Object.values(JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>) : []
}

/**
 * Finds the route of an address: `/reset-password/[uid]/[token]` for any that fits it. A call of tRPC keeps the name of
 * its procedure, which is no secret and is known to exist.
 */
export function routesOf(routes: readonly string[]): (url: string) => string {
  const patterns = routes
    // What is written out goes before what a placeholder fits.
    .toSorted((a, b) => a.split('[').length - b.split('[').length)
    .map((route) => ({
      route,
      pattern: new RegExp(
        `^${route
          .replaceAll('.', '\\.')
          .replace(/\[[^\]]+\]/g, '[^/]+')
          .replace(/\/$/, '')}/?$`,
      ),
    }))
  return (url) => {
    const pathname = url.split('?')[0] ?? ''
    const route = patterns.find(({ pattern }) => pattern.test(pathname))?.route ?? '*'
    return route === '/api/trpc/[trpc]' && /^[\w./]{1,60}$/.test(pathname) ? pathname : route
  }
}
