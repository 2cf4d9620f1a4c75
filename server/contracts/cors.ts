import { env } from '@/server/env'

/** Which pages of other origins may call the contracts from a browser: those of CORS_ORIGINS, without cookies. */

const PREFLIGHT_SECONDS = 600

function allowedOrigin(request: Request): string | null {
  const origin = request.headers.get('origin')
  return origin && env().corsOrigins.includes(origin) ? origin : null
}

/** The answer to a preflight from an allowed origin; null for every other request. */
export function answerPreflight(request: Request, methods: string[]): Response | null {
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

/** Lets the page of an allowed origin read an answer. */
export function allowOrigin(request: Request, headers: Headers): void {
  if (env().corsOrigins.length === 0) return
  headers.append('vary', 'origin')
  const origin = allowedOrigin(request)
  if (!origin) return
  headers.set('access-control-allow-origin', origin)
  headers.set('access-control-expose-headers', 'retry-after, x-request-id')
}
