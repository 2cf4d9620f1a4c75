import type { RecoveryContext } from '@/server/core/context'
import { RecoveryError } from '@/server/core/errors'
import { env } from '@/server/env'
import { REFUSALS, type Refusal, readBody, refuseCrossSiteWrite } from '@/server/http/request-guard'
import { contractRequesterOf } from '@/server/http/requester'
import { log } from '@/server/observability/log'
import { asRefusal, contextFor } from '@/server/runtime'
import type { Answer, ErrorTable, Fault } from './answer'
import { allowOrigin, answerPreflight } from './cors'
import { parseJson } from './json'

/** What happens before and after every operation of a documented contract. */

/** The parts of a contract that its endpoints need to answer in its own shape. */
export interface Contract {
  name: string
  fault: Fault
  errors: ErrorTable
}

/** A request that passed the checks of its endpoint. */
export interface Call<Params = unknown> {
  ctx: RecoveryContext
  headers: Headers
  query: URLSearchParams
  /** The variable parts of the path, decoded. */
  params: Params
  /** The parsed JSON body: `{}` if there is no body, undefined if it is not valid JSON. */
  body: unknown
}

export type Operation<Params = unknown> = (call: Call<Params>) => Promise<Answer>

interface Operations<Params> {
  GET?: Operation<Params>
  POST?: Operation<Params>
  PUT?: Operation<Params>
  /** The methods that a page serves at the same path. */
  page?: 'GET, HEAD'
}

type Handler<Params> = (request: Request, route: { params: Promise<Params> }) => Promise<Response>

type Handlers<Params> = Record<'DELETE' | 'GET' | 'HEAD' | 'OPTIONS' | 'PATCH' | 'POST' | 'PUT', Handler<Params>>

/** A documented path: a handler for every method, for a route file to export, and the facts that its description needs. */
export interface Endpoint<Params> extends Handlers<Params> {
  contract: Contract
  /** The methods that have an operation. */
  methods: readonly string[]
  /** The value of the `Allow` header: `methods`, plus the methods of a page at the same path. */
  allow: string
}

/** The message of an unexpected error. */
export const INTERNAL_ERROR = 'Something went wrong on our side. Try again in a moment.'

/** Statuses that carry `Retry-After`. */
const RETRYABLE = new Set([429, 503])

/**
 * Makes the endpoint of one documented path. Every answer has the contract's own shape. Checks, in order: 405, 415,
 * 403, 413. Then the operation answers. The contract's table answers an error of the core; any other error is logged
 * and answered with an opaque 500. HEAD is GET without the body.
 */
export function endpoint<Params = unknown>(contract: Contract, operations: Operations<Params>): Endpoint<Params> {
  const { GET, POST, PUT, page } = operations
  const byMethod: Record<string, Operation<Params> | undefined> = { GET, HEAD: GET, POST, PUT }
  const methods = Object.keys(byMethod).filter((method) => byMethod[method])
  const allow = [...(page ? [page] : []), ...methods].join(', ')

  async function handle(request: Request, route: { params: Promise<Params> }): Promise<Response> {
    const { trustedProxyHops, serviceApiKey } = env()
    const ctx = contextFor(contractRequesterOf(request.headers, trustedProxyHops, serviceApiKey), request.signal)
    const preflight = answerPreflight(request, methods)
    if (preflight) return preflight
    const operation = byMethod[request.method]
    const { answer, retryAfterSeconds } = operation
      ? await answerOf(contract, ctx, () => callOperation(contract, operation, request, route, ctx))
      : { answer: notAllowed(contract, allow) }

    const headers = new Headers(answer.headers)
    headers.set('cache-control', 'no-store')
    headers.set('x-request-id', ctx.requester.requestId)
    if (retryAfterSeconds && RETRYABLE.has(answer.status)) headers.set('retry-after', String(retryAfterSeconds))
    allowOrigin(request, headers)
    if (answer.body) headers.set('content-type', 'application/json')
    const body = answer.body && request.method !== 'HEAD' ? JSON.stringify(answer.body) : null
    return new Response(body, { status: answer.status, headers })
  }

  const handlers = {
    DELETE: handle,
    GET: handle,
    HEAD: handle,
    OPTIONS: handle,
    PATCH: handle,
    POST: handle,
    PUT: handle,
  }
  return { ...handlers, contract, methods, allow }
}

/** The answer to a method that has no operation. */
export function notAllowed(contract: Contract, allow: string): Answer {
  return { ...contract.fault(405, `Method not allowed. Use ${allow}.`), headers: new Headers({ allow }) }
}

/** Checks and reads a request, then calls its operation. */
async function callOperation<Params>(
  contract: Contract,
  operation: Operation<Params>,
  request: Request,
  route: { params: Promise<Params> },
  ctx: RecoveryContext,
): Promise<Answer> {
  const call = {
    ctx,
    headers: request.headers,
    query: new URL(request.url).searchParams,
    params: await route.params,
  }
  if (request.method === 'GET' || request.method === 'HEAD') return operation({ ...call, body: {} })

  const refuse = ({ status, message }: Refusal) => contract.fault(status, message)
  const crossSite = refuseCrossSiteWrite(request, env().corsOrigins)
  if (crossSite) return refuse(crossSite)
  const text = await readBody(request)
  if (text === REFUSALS.notUtf8) return operation({ ...call, body: undefined })
  if (typeof text !== 'string') return refuse(text)
  if (text !== '' && !request.headers.get('content-type')) return refuse(REFUSALS.notJson)
  return operation({ ...call, body: text === '' ? {} : parseJson(text) })
}

/** The answer of `work`. If it throws: the contract's answer to that error, and the seconds to wait. */
async function answerOf(
  contract: Contract,
  ctx: RecoveryContext,
  work: () => Promise<Answer>,
): Promise<{ answer: Answer; retryAfterSeconds?: number }> {
  try {
    return { answer: await work() }
  } catch (thrown) {
    const error = asRefusal(thrown)
    const entry = error instanceof RecoveryError ? contract.errors[error.code] : null
    if (!(error instanceof RecoveryError) || !entry) {
      const { requestId } = ctx.requester
      // A query's own error contains the query's parameters; its cause contains only the database's error.
      const err = thrown instanceof Error && thrown.cause ? thrown.cause : thrown
      log().error({ err, contract: contract.name, requestId }, 'request failed')
      return { answer: contract.fault(500, INTERNAL_ERROR) }
    }
    const answer = typeof entry === 'function' ? entry(error.details) : entry
    return { answer, retryAfterSeconds: error.details.retryAfterSeconds }
  }
}
