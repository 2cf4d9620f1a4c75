import type { RecoveryContext } from '@/server/core/context'
import { RecoveryError } from '@/server/core/errors'
import { env } from '@/server/env'
import { REFUSALS, type Refusal, readBody, refuseCrossSiteWrite } from '@/server/http/request-guard'
import { requesterOf } from '@/server/http/requester'
import { log } from '@/server/observability/log'
import { asRefusal, contextFor } from '@/server/runtime'
import type { Answer, ErrorTable, Fault } from './answer'
import { allowOrigin, answerPreflight } from './cors'
import { parseJson } from './json'

/** What is common to the documented contracts: all that happens before and after an operation of theirs. */

/** A contract, as far as the edge has to speak its language. */
export interface Contract {
  name: string
  fault: Fault
  errors: ErrorTable
}

/** A request that has passed the edge. */
export interface Call<Params = unknown> {
  ctx: RecoveryContext
  headers: Headers
  query: URLSearchParams
  /** The variable parts of the path, decoded. */
  params: Params
  /** The JSON of the body; `{}` without a body, undefined for what is no JSON. */
  body: unknown
}

export type Operation<Params = unknown> = (call: Call<Params>) => Promise<Answer>

type Handler<Params> = (request: Request, route: { params: Promise<Params> }) => Promise<Response>

/** A handler for every method there is, for a route file to export. */
export type Endpoint<Params> = Record<'DELETE' | 'GET' | 'HEAD' | 'OPTIONS' | 'PATCH' | 'POST' | 'PUT', Handler<Params>>

interface Operations<Params> {
  GET?: Operation<Params>
  POST?: Operation<Params>
  PUT?: Operation<Params>
  /** For a path that is a page too: what the page answers. */
  page?: 'GET, HEAD'
}

/** What an error that nobody foresaw is told as. */
export const OUR_FAULT = 'Something went wrong on our side. Try again in a moment.'
const SAYS_WHEN = new Set([429, 503])

/**
 * The endpoint of one documented path. Every answer, whatever goes wrong, is in the contract's own shape:
 * 405, 415, 403, 413, then what the operation says; refusals of the core by the contract's table; the rest
 * an opaque 500 that is logged. HEAD is GET without the body.
 */
export function endpoint<Params = unknown>(contract: Contract, operations: Operations<Params>): Endpoint<Params> {
  const { GET, POST, PUT, page } = operations
  const known: Record<string, Operation<Params> | undefined> = { GET, HEAD: GET, POST, PUT }
  const methods = Object.keys(known).filter((method) => known[method])
  const allow = [...(page ? [page] : []), ...methods].join(', ')

  async function handle(request: Request, route: { params: Promise<Params> }): Promise<Response> {
    const ctx = contextFor(requesterOf(request.headers, env().trustedProxyHops))
    const preflight = answerPreflight(request, methods)
    if (preflight) return preflight
    const operation = known[request.method]
    const { answer, wait } = operation
      ? await answerOf(contract, ctx, () => pass(contract, operation, request, route, ctx))
      : { answer: notAllowed(contract, allow) }

    const headers = new Headers(answer.headers)
    headers.set('cache-control', 'no-store')
    headers.set('x-request-id', ctx.requester.requestId)
    if (wait && SAYS_WHEN.has(answer.status)) headers.set('retry-after', String(wait))
    allowOrigin(request, headers)
    if (answer.body) headers.set('content-type', 'application/json')
    const body = answer.body && request.method !== 'HEAD' ? JSON.stringify(answer.body) : null
    return new Response(body, { status: answer.status, headers })
  }
  return { DELETE: handle, GET: handle, HEAD: handle, OPTIONS: handle, PATCH: handle, POST: handle, PUT: handle }
}

/** The answer to a method that a path has no operation for. */
export function notAllowed(contract: Contract, allow: string): Answer {
  return { ...contract.fault(405, `Use ${allow}.`), headers: new Headers({ allow }) }
}

/** Reads what a request says, and hands it to its operation. */
async function pass<Params>(
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

/** What `work` answers, or what the contract says for the refusal it ended in, and for how long. */
async function answerOf(
  contract: Contract,
  ctx: RecoveryContext,
  work: () => Promise<Answer>,
): Promise<{ answer: Answer; wait?: number }> {
  try {
    return { answer: await work() }
  } catch (thrown) {
    const error = asRefusal(thrown)
    const entry = error instanceof RecoveryError ? contract.errors[error.code] : null
    if (!(error instanceof RecoveryError) || !entry) {
      const { requestId } = ctx.requester
      // A query's own error holds what was asked with it; its cause holds the code alone.
      const err = thrown instanceof Error && thrown.cause ? thrown.cause : thrown
      log().error({ err, contract: contract.name, requestId }, 'call failed')
      return { answer: contract.fault(500, OUR_FAULT) }
    }
    const answer = typeof entry === 'function' ? entry(error.details) : entry
    return { answer, wait: error.details.retryAfterSeconds }
  }
}
