import { fetchRequestHandler } from '@trpc/server/adapters/fetch'
import { RecoveryError } from '@/server/core/errors'
import { type Refusal, readBody, refuseCrossSiteWrite } from '@/server/http/request-guard'
import { log } from '@/server/observability/log'
import { createApiContext } from './context'
import { appRouter } from './root'

const ENDPOINT = '/api/trpc'

/** A refusal in the shape of a tRPC error. */
const refused = ({ status, message }: Refusal) =>
  Response.json(
    {
      error: {
        message: 'input-malformed',
        code: -32600,
        data: { reason: 'input-malformed', httpStatus: status, detail: message },
      },
    },
    { status, headers: { 'cache-control': 'no-store' } },
  )

/**
 * A request whose body was read, with what tRPC uses of one. A second `Request` would encode the body, only to decode it
 * again through another stream.
 */
function withBody({ url, method, headers, signal }: Request, body: string): Request {
  const read: Pick<Request, 'url' | 'method' | 'headers' | 'signal' | 'body' | 'json'> = {
    url,
    method,
    headers,
    signal,
    body: null,
    json: async () => JSON.parse(body),
  }
  return read as Request
}

/** Answers a tRPC call: one procedure in each request, JSON in and out, errors as codes. */
export async function handleTrpc(request: Request): Promise<Response> {
  let req = request
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    const refusal = refuseCrossSiteWrite(request)
    if (refusal) return refused(refusal)
    const body = await readBody(request)
    if (typeof body !== 'string') return refused(body)
    req = withBody(request, body)
  }
  return fetchRequestHandler({
    endpoint: ENDPOINT,
    req,
    router: appRouter,
    allowBatching: false,
    allowMethodOverride: true,
    createContext: ({ resHeaders }) => createApiContext(request.headers, resHeaders, request.signal),
    responseMeta: ({ errors, ctx }) => {
      const headers = new Headers({ 'cache-control': 'no-store' })
      if (ctx) headers.set('x-request-id', ctx.recovery.requester.requestId)
      const cause = errors[0]?.cause
      const wait = cause instanceof RecoveryError ? cause.details.retryAfterSeconds : undefined
      if (wait) headers.set('retry-after', String(wait))
      return { headers }
    },
    onError: ({ error, path, ctx }) => {
      const requestId = ctx?.recovery.requester.requestId
      if (error.code === 'INTERNAL_SERVER_ERROR')
        log().error({ err: error.cause ?? error, path, requestId }, 'request failed')
    },
  })
}
