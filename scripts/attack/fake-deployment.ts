import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { FakeRecovery, type Flaw } from './fake-recovery'

interface Reply {
  status: number
  body?: unknown
  headers?: Record<string, string | string[]>
}

const HEADERS = {
  'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
}

const EMAIL = /^[\w.!#$%&'*+/=?^`{|}~-]+@(?:[a-z0-9-]+\.)+[a-z]{2,}$/i
const USERNAME = /^[\w.-]+$/
const failed = (reason: string, status = 400): Reply => ({ status, body: { error: { data: { reason } } } })
const data = (value: unknown, headers?: Reply['headers']): Reply => ({
  status: 200,
  body: { result: { data: value } },
  ...(headers && { headers }),
})

/** Repeated names in one object are refused, as the contracts do. */
const repeatsName = (json: string) => /^\{\s*("[^"]+")\s*:.*,\s*\1\s*:/s.test(json)

export type FakeDeployment = Awaited<ReturnType<typeof startFakeDeployment>>

/**
 * Serves a deployment that keeps every promise, except for one flaw. It proves that the attacks can fail, and that they
 * pass where a defence is there.
 */
export async function startFakeDeployment(flaw?: Flaw) {
  const recovery = new FakeRecovery(flaw)
  const { has } = recovery
  let origin = ''

  const cookie = (name: string, value: string) =>
    `latchkey-${name}=${value}; Path=/; SameSite=Lax${has('script-cookie') ? '' : '; HttpOnly'}`
  const redirect = (request: IncomingMessage, path: string, ...cookies: string[]): Reply => {
    const base = has('redirects-to-host') ? `http://${request.headers['x-forwarded-host'] ?? 'x'}` : origin
    return {
      status: 307,
      headers: { location: `${base}${path}`, ...(cookies.length > 0 && { 'set-cookie': cookies }) },
    }
  }
  const cookieOf = (request: IncomingMessage, name: string) =>
    new RegExp(`latchkey-${name}=([^;]+)`).exec(request.headers.cookie ?? '')?.[1] ?? ''

  function follow(request: IncomingMessage, token: string): Reply {
    const works = has('accepts-malformed') || (recovery.find(token) && token.length !== 60)
    if (has('get-spends')) recovery.spend(token)
    if (works) return redirect(request, '/reset-password', cookie('reset', encodeURIComponent(token)))
    if (!request.headers.accept?.includes('text/html')) return failed('link-unknown')
    return redirect(request, '/forgot-password', cookie('notice', 'link-unknown'))
  }

  async function ask(request: IncomingMessage, account: unknown, form: 'jwt' | 'pages', done: Reply): Promise<Reply> {
    const typed = Array.isArray(account) && has('first-of-list') ? account[0] : account
    if (typeof typed !== 'string') return failed('identifier-missing')
    const name = recovery.folded(typed)
    if (!(name.includes('@') ? EMAIL : USERNAME).test(name)) return failed('identifier-malformed')
    if (name.split('@')[0]?.length === 64 && has('refuses-plausible')) return failed('identifier-malformed')
    if (has('slow-known') && recovery.knows(name)) await new Promise((resolve) => setTimeout(resolve, 80))
    if (has('reveals-request') && !recovery.knows(name)) return failed('account-unknown', 404)
    const host = has('believes-host') ? (request.headers['x-forwarded-host'] ?? request.headers.host) : undefined
    recovery.request(name, host ? `http://${host}` : origin, form)
    return done
  }

  async function verify(body: Record<string, unknown>, way: 'procedure' | 'contract'): Promise<Reply> {
    if (typeof body.account !== 'string' || typeof body.code !== 'string') return failed('code-missing')
    const result = await recovery.verify(body.account, body.code)
    if (result === 'blocked') return { ...failed('code-blocked', 429), headers: { 'retry-after': '60' } }
    if (result === 'wrong') return failed('code-wrong')
    return way === 'contract'
      ? { status: 200, body: { token: result.grant } }
      : data({ message: 'yes' }, { 'set-cookie': cookie('reset', result.grant) })
  }

  const procedures: Record<
    string,
    (body: Record<string, unknown>, request: IncomingMessage) => Promise<Reply> | Reply
  > = {
    'recovery.request': (body, request) =>
      ask(request, body.account, 'pages', data({ message: 'sent' }, { 'set-cookie': cookie('flow', 'x') })),
    'recovery.verifyCode': (body) => verify(body, 'procedure'),
    'recovery.resetPassword': async ({ token = '' }) =>
      (await recovery.redeem(String(token))) ? data({ message: 'changed' }) : failed('link-used'),
    'recovery.secureAccount': (_, request) => {
      const address = has('believes-forwarded-for') ? request.headers['x-forwarded-for'] : 'one'
      const spelling = has('slash-fresh-budget') ? request.url : ''
      const isOver = recovery.isOver(`secure ${address} ${spelling}`, 30)
      return isOver
        ? { ...failed('too-many-requests', 429), headers: { 'retry-after': '900' } }
        : failed('link-unknown')
    },
    'session.signIn': ({ account = '', password = '' }) => {
      const result = recovery.signIn(String(account), String(password))
      if (result === 'limited') return { ...failed('too-many-requests', 429), headers: { 'retry-after': '900' } }
      if (result !== 'wrong') return data({ email: account }, { 'set-cookie': cookie('session', result) })
      return failed(
        has('reveals-sign-in') && !recovery.knows(String(account)) ? 'account-unknown' : 'sign-in-failed',
        401,
      )
    },
  }
  const queries: Record<string, (request: IncomingMessage) => Reply> = {
    'recovery.terms': () => data({ disclosure: 'conceal', sendCooldownSeconds: 60, linkTtlSeconds: 3600 }),
    'recovery.linkState': (request) => {
      if (has('repeats-token')) return data({ state: 'live', token: cookieOf(request, 'reset') })
      const isLive = !recovery.isHeldUp() && recovery.open(decodeURIComponent(cookieOf(request, 'reset')))
      return data({ state: isLive ? 'live' : 'link-unknown' })
    },
    'session.current': (request) =>
      data(recovery.sessions.has(cookieOf(request, 'session')) ? { email: recovery.account } : null),
  }
  const contracts: Record<string, (body: Record<string, unknown>, request: IncomingMessage) => Promise<Reply> | Reply> =
    {
      'PUT /api/accounts/forgot_password': (body, request) =>
        'email' in body ? ask(request, body.email, 'pages', { status: 200, body: {} }) : failed('not-signed-in', 401),
      'POST /secure/reset-password/send': (body, request) =>
        ask(request, body.account, 'pages', { status: 200, body: {} }),
      'POST /secure/reset-password/verify': (body) => verify(body, 'contract'),
      'POST /api/auth/reset-password': async ({ token }) =>
        typeof token === 'string' && token.includes('.') && (await recovery.redeem(token))
          ? { status: 200, body: {} }
          : failed('link-unknown'),
      'POST /reset-password/MQ/x': () => failed('link-unknown'),
    }
  contracts['POST /api/v1/auth/password-reset-email'] = ({ email }, request) => {
    const link = `${origin}/reset-password${has('gives-link') ? '?token=x' : ''}`
    return ask(request, email, 'pages', { status: 200, body: { reset_link: link } })
  }
  for (const path of ['/initiate_reset_forgotten_password', '/forgot-password'])
    contracts[`POST ${path}`] = (body, request) => ask(request, body.email, 'pages', { status: 200, body: {} })
  contracts['POST /api/auth/forgot-password'] = (body, request) =>
    ask(request, body.email, 'jwt', { status: 200, body: {} })

  function read(request: IncomingMessage, path: string, query: URLSearchParams): Reply {
    const token = query.getAll('token').length === 1 ? (query.get('token') ?? '') : ''
    const [, uid, linkToken] = /^\/reset-password\/([^/]+)\/([^/]+)$/.exec(path) ?? []
    const [, grant] = /^\/secure\/reset-password\/update\/([^/]+)$/.exec(path) ?? []
    const procedure = /^\/api\/trpc\/([\w.]+)$/.exec(path)?.[1] ?? ''
    if (query.has('next') && has('open-redirect'))
      return { status: 307, headers: { location: query.get('next') ?? '' } }
    if (queries[procedure]) return queries[procedure](request)
    if (procedures[procedure]) return has('get-mutates') ? data({}) : failed('method', 405)
    if (path === '/api/accounts/forgot_password') return follow(request, token)
    if (linkToken) return has('any-uid') || uid === 'Nw' ? follow(request, linkToken) : failed('link-unknown')
    if (grant) return { status: recovery.find(grant) && grant.length === 60 ? 200 : 400 }
    if (path === '/reset-password' && query.has('token') && has('get-spends')) recovery.spend(token)
    if (path === '/reset-password' && query.has('token'))
      return redirect(request, '/reset-password', cookie('reset', encodeURIComponent(token)))
    if (['/secure-account', '/not-me', '/stop-emails'].includes(path) && query.has('token') && !has('token-in-address'))
      return redirect(request, '/secure-account', cookie('secure', 'x'))
    if (path === '/.well-known/change-password') return redirect(request, '/forgot-password')
    if (path === '/secure/reset-password/locate') {
      const [account = '', ...more] = query.getAll('account')
      if (!account || more.length > 0) return failed('identifier-missing')
      return {
        status: has('reveals-locate') && !recovery.knows(account) ? 404 : 200,
        body: { success: { email: 'r•••@e•••.com' } },
      }
    }
    if (contracts[`POST ${path}`] && path !== '/forgot-password') return failed('method', 405)
    if (path === '/api/nothing-is-here' && has('fails')) return { status: 500 }
    if (path === '/.git/config' && has('open-repository')) return { status: 200 }
    const isPage = ['/', '/sign-in', '/forgot-password', '/reset-password', '/secure-account', '/account'].includes(
      path,
    )
    return { status: isPage || has('everything-is-found') ? 200 : 404 }
  }

  async function write(request: IncomingMessage, path: string, query: URLSearchParams, text: string): Promise<Reply> {
    const { origin: from, 'sec-fetch-site': site, 'content-type': type = '' } = request.headers
    if (request.headers['next-action'] || type.startsWith('multipart/form-data; boundary=x'))
      if (!path.startsWith('/api') && text.match(/^(\[|--x)/)) return { status: has('action-fails') ? 500 : 404 }
    const procedure = procedures[/^\/api\/trpc\/([\w.]+)$/.exec(path)?.[1] ?? '']
    const handle = request.method === 'POST' && procedure ? procedure : contracts[`${request.method} ${path}`]
    const exists = handle || (request.method === 'POST' && path.startsWith('/api/trpc/'))
    if (!exists) return failed('method', 405)
    if (type !== '' && type !== 'application/json' && !has('any-type')) return failed('type', 415)
    if (((from && from !== origin) || (site && site !== 'same-origin')) && !has('any-site')) return failed('site', 403)
    if (text.length > 16_384 && !has('any-size')) return failed('size', 413)
    if (query.has('batch') || path.includes(',')) return has('batches') ? data({}) : failed('batch')
    if (!handle) return data({})
    let body: unknown
    try {
      body = text === '' ? {} : JSON.parse(text)
    } catch {
      return has('any-body') ? data({}) : failed('json')
    }
    if (!body || typeof body !== 'object' || (repeatsName(text) && !has('last-field-wins'))) return failed('json')
    return handle(body as Record<string, unknown>, request)
  }

  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const url = new URL(`http://x${(request.url ?? '/').replace(/^https?:\/\/[^/]*/, '').replace(/^\/\/+/, '/')}`)
    const path = url.pathname === '/' ? '/' : url.pathname.replace(/\/$/, '')
    const method = request.method ?? ''
    const isRead = method === 'GET' || method === 'HEAD'
    let reply: Reply
    if (['GET', 'HEAD', 'POST', 'PUT', 'DELETE'].includes(method))
      reply = isRead ? read(request, path, url.searchParams) : await write(request, path, url.searchParams, text)
    else reply = { status: has('echoes') ? 200 : 405, body: has('echoes') ? request.headers : {} }
    const {
      'content-security-policy': policy,
      'x-content-type-options': sniffing,
      'cache-control': caching,
      ...rest
    } = HEADERS
    response.writeHead(reply.status, {
      ...rest,
      ...(has('no-policy') ? {} : { 'content-security-policy': policy }),
      ...(has('sniffing') ? {} : { 'x-content-type-options': sniffing }),
      ...(has('caching') ? {} : { 'cache-control': caching }),
      ...reply.headers,
    })
    response.end(
      has('shows-stack') && reply.status === 404 ? 'Error\n    at main (/app/x.js:1:1)' : JSON.stringify(reply.body),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    origin,
    recovery,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
