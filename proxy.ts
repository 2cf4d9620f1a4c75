import { type NextRequest, NextResponse } from 'next/server'
import { env } from '@/server/env'
import { type FormPost, isFormPost, OUTDATED_FORM_HEADER, readFormPost } from '@/server/http/form-post'

/** Routes for paths that are also pages. They can be reached only through those paths. */
const SHARED_PATH = '/shared-path'

/**
 * Gives every page a content security policy with a fresh nonce (ASVS 3.4.3). Inline styles are allowed because
 * React sets them; inline scripts are not. At a path that pages and programs share, a request that is not for the page
 * goes to its route.
 */
export async function proxy(request: NextRequest) {
  const isForm = isFormPost(request.method, request.nextUrl.pathname, request.headers.get('content-type'))
  const form = isForm ? await readFormPost(request) : null
  if (form?.kind === 'refused') return form.refusal
  // A program's post to a shared path calls no action of a page.
  const route = form && form.kind !== 'other' ? null : routeAtSharedPath(request)
  if (route) return NextResponse.rewrite(withPath(request, route))
  if (form?.kind === 'other') return form.refusal

  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64')
  const development = env().development ? " 'unsafe-eval'" : ''
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
  headers.delete(OUTDATED_FORM_HEADER)
  if (form) prepareForm(form, headers)
  const hidden = request.nextUrl.pathname.startsWith(SHARED_PATH)
  const response = hidden
    ? NextResponse.rewrite(withPath(request, '/not-found'), { request: { headers } })
    : NextResponse.next({ request: { headers } })
  response.headers.set('content-security-policy', policy)
  response.headers.set('cache-control', 'no-store')
  return response
}

/**
 * Changes the headers of a form for Next.js, which compares `Origin` with its own host instead of APP_URL. Browsers send
 * `Origin: null` here, because of the referrer policy. A form of another build calls no action: its page is shown again,
 * with the typed values, which it gets in a header.
 */
function prepareForm(form: FormPost, headers: Headers) {
  headers.set('origin', env().appUrl)
  headers.set('x-forwarded-host', new URL(env().appUrl).host)
  if (form.kind !== 'outdated') return
  headers.set('content-type', 'application/octet-stream')
  headers.set(OUTDATED_FORM_HEADER, encodeURIComponent(JSON.stringify(form.values)))
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
