import { vi } from 'vitest'
import { handleTrpc } from '@/server/api/handler'
import { SOCKET_ADDRESS_HEADER } from '@/server/http/client-address'
import { PASSWORD, type TestAccount } from './accounts'
import { newClientAddress } from './client-address'

export const API_ORIGIN = 'http://localhost:3000'
export const API_SECRET = 'the application secret of these tests'
export const JSON_TYPE = { 'content-type': 'application/json' }

/** Sets the environment that the API reads at its first call: an app on this database. */
export function stubApiEnvironment(databaseUrl: string): void {
  vi.stubEnv('DATABASE_URL', databaseUrl)
  vi.stubEnv('APP_URL', API_ORIGIN)
  vi.stubEnv('APP_SECRET', API_SECRET)
  vi.stubEnv('RESEND_API_KEY', 're_test')
  vi.stubEnv('MAIL_FROM', 'accounts@example.com')
}

export type ApiClient = ReturnType<typeof createApiClient>

/** Keeps the cookies of a response as a browser does. */
export function keepCookies(jar: Map<string, string>, { headers }: Response) {
  for (const line of headers.getSetCookie()) {
    const [name = '', value = ''] = line.split(';')[0]?.split('=') ?? []
    if (/Max-Age=0\b/i.test(line)) jar.delete(name)
    else jar.set(name, value)
  }
}

/** A tRPC client with a network address of its own. It keeps cookies as a browser does. */
export function createApiClient(headers: Record<string, string> = {}) {
  const jar = new Map<string, string>()
  const address = { [SOCKET_ADDRESS_HEADER]: newClientAddress() }

  async function send(path: string, init: RequestInit) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const sent = { ...address, ...(cookie ? { cookie } : {}), ...headers, ...(init.headers as Record<string, string>) }
    const response = await handleTrpc(new Request(`${API_ORIGIN}/api/trpc/${path}`, { ...init, headers: sent }))
    keepCookies(jar, response)
    const text = await response.text()
    const body = text ? JSON.parse(text) : undefined
    return { status: response.status, headers: response.headers, text, data: body?.result?.data, error: body?.error }
  }

  const client = {
    jar,
    send,
    /** Calls a mutation; without an input the body is empty. */
    mutate: (procedure: string, input?: unknown) =>
      send(procedure, { method: 'POST', headers: JSON_TYPE, body: input === undefined ? '' : JSON.stringify(input) }),
    query: (procedure: string, input?: unknown) =>
      send(input === undefined ? procedure : `${procedure}?input=${encodeURIComponent(JSON.stringify(input))}`, {}),
    signIn: (account: TestAccount, password = PASSWORD) =>
      client.mutate('session.signIn', { account: account.email, password }),
    /** The names of the cookies, sorted. */
    cookies: () => [...jar.keys()].sort(),
  }
  return client
}
