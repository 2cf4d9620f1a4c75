import { type NextRequest, NextResponse } from 'next/server'

/** Routes for paths that are also pages. They can be reached only through those paths. */
const SHARED_PATH = '/shared-path'

/**
 * Gives every page a content security policy with a fresh nonce (ASVS 3.4.3). Inline styles are allowed because
 * React sets them; inline scripts are not. At a path that pages and programs share, a request that is not for the page
 * goes to its route.
 */
export function proxy(request: NextRequest) {
  const route = routeAtSharedPath(request)
  if (route) return NextResponse.rewrite(withPath(request, route))

  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64')
  const development = process.env.NODE_ENV === 'development' ? " 'unsafe-eval'" : ''
  const policy = [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: https:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')

  const headers = new Headers(request.headers)
  headers.set('content-security-policy', policy)
  const hidden = request.nextUrl.pathname.startsWith(SHARED_PATH)
  const response = hidden
    ? NextResponse.rewrite(withPath(request, '/not-found'), { request: { headers } })
    : NextResponse.next({ request: { headers } })
  response.headers.set('content-security-policy', policy)
  response.headers.set('cache-control', 'no-store')
  return response
}

/** The pages that emailed links lead to, by the paths of the links. */
const EMAILED_LINKS: Record<string, string> = {
  '/reset-password': '/reset-password',
  '/secure-account': '/secure-account',
  '/stop-emails': '/stop-emails',
  '/not-me': '/secure-account', // in emails sent before the page got its present path
}

/** The route for writes to `/forgot-password`, and for emailed links, whose token goes into a cookie; otherwise null. */
function routeAtSharedPath({ method, nextUrl }: NextRequest): string | null {
  const path = nextUrl.pathname.replace(/\/$/, '')
  const reads = method === 'GET' || method === 'HEAD'
  if (!reads) return path === '/forgot-password' ? `${SHARED_PATH}${path}` : null
  const page = EMAILED_LINKS[path]
  return page && (page !== path || nextUrl.searchParams.has('token')) ? `${SHARED_PATH}${page}` : null
}

/** The URL of an internal rewrite, without its query: Next.js repeats the URL in a header of the response. */
function withPath({ nextUrl }: NextRequest, path: string): URL {
  const url = nextUrl.clone()
  url.pathname = path
  url.search = '' // The route still sees the original query.
  return url
}

export const config = {
  matcher: [
    {
      source:
        '/((?!api/(?!docs)|_next/|initiate_reset_forgotten_password|reset-password/.+/|secure/|healthz|readyz|brand/icon|favicon.ico).*)',
    },
  ],
}
