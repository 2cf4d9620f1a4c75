import { type NextRequest, NextResponse } from 'next/server'

/** Routes of paths that are pages as well; reached through those paths alone. */
const SHARED_PATH = '/shared-path'

/**
 * Pages only: a fresh nonce and the policy that names it (ASVS 3.4.3). `style-src` allows inline styles
 * because React sets them; scripts never are. What a contract has beside a page goes to its own route.
 */
export function proxy(request: NextRequest) {
  const contract = contractAtSharedPath(request)
  if (contract) return NextResponse.rewrite(at(request, contract))

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
    ? NextResponse.rewrite(at(request, '/not-found'), { request: { headers } })
    : NextResponse.next({ request: { headers } })
  response.headers.set('content-security-policy', policy)
  response.headers.set('cache-control', 'no-store')
  return response
}

/** `POST /forgot-password` is a contract's, and so is a mailed `/reset-password?token=`; a page has the rest. */
function contractAtSharedPath({ method, nextUrl }: NextRequest): string | null {
  const path = nextUrl.pathname.replace(/\/$/, '')
  const reads = method === 'GET' || method === 'HEAD'
  if (path === '/forgot-password' && !reads) return `${SHARED_PATH}${path}`
  if (path === '/reset-password' && reads && nextUrl.searchParams.has('token')) return `${SHARED_PATH}${path}`
  return null
}

function at({ nextUrl }: NextRequest, path: string): URL {
  const url = nextUrl.clone()
  url.pathname = path
  url.search = '' // The route sees what was asked; the answer of a rewrite would repeat it in a header.
  return url
}

export const config = {
  matcher: [
    {
      source:
        '/((?!api/(?!docs)|_next/|initiate_reset_forgotten_password|reset-password/.+/|secure/|healthz|readyz|icon.svg|favicon.ico).*)',
    },
  ],
}
