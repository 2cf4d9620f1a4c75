import { SOCKET_ADDRESS_HEADER } from '@/server/http/client-address'
import { API_ORIGIN, createApiClient, keepCookies } from './api-client'
import { newClientAddress } from './client-address'

type Route = { GET: (request: Request, route: { params: Promise<never> }) => Promise<Response> | Response }

/** A browser: it follows emailed links, and calls procedures with the cookies that it got. */
export function createBrowser({ accept = 'text/html' } = {}) {
  const headers = { accept, [SOCKET_ADDRESS_HEADER]: newClientAddress().replace('/64', '1') }
  const client = createApiClient(headers)
  return {
    ...client,
    /** Opens a path that this route serves, with the browser's cookies, and keeps new ones. Redirects are not followed. */
    async open(route: Route, path: string, params: Record<string, string> = {}): Promise<Response> {
      const cookie = [...client.jar].map(([name, value]) => `${name}=${value}`).join('; ')
      const request = new Request(`${API_ORIGIN}${path}`, { headers: { ...headers, cookie } })
      const response = await route.GET(request, { params: Promise.resolve(params as never) })
      keepCookies(client.jar, response)
      return response
    },
  }
}
