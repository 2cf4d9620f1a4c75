import { env } from '@/server/env'

/** CORS for the documented contracts. Pages from the origins in CORS_ORIGINS may call them, without cookies. */

const PREFLIGHT_SECONDS = 600

function allowedOrigin(request: Request): string | null {
  const origin = request.headers.get('origin')
  return origin && env().corsOrigins.includes(origin) ? origin : null
}

/** The response to a preflight request from an allowed origin; null for every other request. */
export function answerPreflight(request: Request, methods: readonly string[]): Response | null {
  if (request.method !== 'OPTIONS' || !request.headers.has('access-control-request-method')) return null
  if (!allowedOrigin(request)) return null
  const headers = new Headers({
    'access-control-allow-methods': methods.join(', '),
    'access-control-allow-headers': 'authorization, content-type',
    'access-control-max-age': String(PREFLIGHT_SECONDS),
    'cache-control': 'no-store',
  })
  allowOrigin(request, headers)
  return new Response(null, { status: 204, headers })
}

/** Adds the headers that let a page from an allowed origin read the response. */
export function allowOrigin(request: Request, headers: Headers): void {
  if (env().corsOrigins.length === 0) return
  headers.append('vary', 'origin')
  const origin = allowedOrigin(request)
  if (!origin) return
  headers.set('access-control-allow-origin', origin)
  headers.set('access-control-expose-headers', 'retry-after, x-request-id')
}
