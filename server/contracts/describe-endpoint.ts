import { z } from 'zod'
import type { ZodOpenApiOperationObject, ZodOpenApiPathItemObject, ZodOpenApiResponseObject } from 'zod-openapi'
import { REFUSALS, type Refusal } from '@/server/http/request-guard'
import type { Answer } from './answer'
import { type Contract, type Endpoint, INTERNAL_ERROR, notAllowed } from './endpoint'

/** Describes endpoints for OpenAPI: what each contract says of its operations, and the answers that all share. */

/** One status of an operation: when it is sent, its body, and a named example for each case. */
export interface DescribedAnswer {
  when: string
  body?: z.ZodType
  examples?: Record<string, Answer>
  headers?: z.ZodObject
}

export interface DescribedOperation {
  id: string
  summary: string
  description?: string
  body?: z.ZodObject | z.ZodCatch<z.ZodObject>
  query?: z.ZodObject
  path?: z.ZodObject
  security?: ZodOpenApiOperationObject['security']
  answers: Record<number, DescribedAnswer>
}

/** The body of the answers that `endpoint()` adds: 403, 405, 413, 415, 429, 500 and 503. */
interface SharedAnswers {
  errorBody: z.ZodType
  /** The body of 429, if it is not `errorBody`. */
  limitBody?: z.ZodType
}

type DescribedEndpoint = Pick<Endpoint<unknown>, 'contract' | 'methods' | 'allow'>

const requestId = z.string().meta({ description: 'Identifies this request in the logs.', header: { id: 'RequestId' } })
const noStore = z.literal('no-store').meta({ header: { id: 'NoStore' } })
const seconds = z
  .string()
  .regex(/^\d+$/)
  .meta({ description: 'The seconds to wait before the next try.', example: '60', header: { id: 'RetryAfter' } })

const COMMON_HEADERS = { 'x-request-id': requestId, 'cache-control': noStore }

/**
 * Describes a documented path.
 * @param shared the bodies of the answers that all operations share; null if no request can get one of them
 * @throws if a method of the endpoint has no description, or a described method no operation
 */
export function describeEndpoint(
  endpoint: DescribedEndpoint,
  shared: SharedAnswers | null,
  operations: Partial<Record<'get' | 'post' | 'put', DescribedOperation>>,
): ZodOpenApiPathItemObject {
  const { contract, methods } = endpoint
  const described = Object.keys(operations).map((method) => method.toUpperCase())
  const handled = methods.filter((method) => method !== 'HEAD')
  if (handled.toSorted().join() !== described.toSorted().join())
    throw new Error(`${contract.name} handles ${handled.join(', ')} but describes ${described.join(', ')}`)
  return Object.fromEntries(
    Object.entries(operations).map(([method, operation]) => {
      const answers = shared ? sharedAnswers(endpoint, shared, method !== 'get') : {}
      return [method, describeOperation(contract, operation, answers)]
    }),
  )
}

/** The example of an answer that asks the client to wait. */
function waitExample(contract: Contract, code: 'too-many-requests' | 'busy'): Answer {
  const entry = contract.errors[code]
  return (typeof entry === 'function' ? entry({ retryAfterSeconds: 60 }) : entry) as Answer
}

/** The answers that `endpoint()` adds to every operation. `readsBody`: those about the body too. */
function sharedAnswers(
  { contract, allow }: DescribedEndpoint,
  { errorBody, limitBody = errorBody }: SharedAnswers,
  readsBody: boolean,
): Record<number, DescribedAnswer> {
  const headers = z.object({ 'retry-after': seconds })
  const answer = (when: string, example: Answer) => ({ when, body: errorBody, examples: { refused: example } })
  const refusal = (when: string, { status, message }: Refusal) => answer(when, contract.fault(status, message))
  const aboutTheBody: Record<number, DescribedAnswer> = {
    403: refusal('A page of another website sent the request, and `CORS_ORIGINS` does not list it', REFUSALS.crossSite),
    413: refusal('The body is larger than 16 KiB', REFUSALS.tooLarge),
    415: refusal('The body is not `application/json`, or is compressed', REFUSALS.notJson),
  }
  return {
    ...(readsBody ? aboutTheBody : {}),
    405: answer('The method is not allowed. `Allow` lists those that are', notAllowed(contract, allow)),
    429: {
      when: 'A limit is reached',
      body: limitBody,
      examples: { limit: waitExample(contract, 'too-many-requests') },
      headers,
    },
    500: answer('An unexpected error. The log has it under the `x-request-id`', contract.fault(500, INTERNAL_ERROR)),
    503: {
      when: 'The service is too busy, or cannot reach its database',
      body: errorBody,
      examples: { busy: waitExample(contract, 'busy') },
      headers,
    },
  }
}

function describeOperation(
  contract: Contract,
  operation: DescribedOperation,
  shared: Record<number, DescribedAnswer>,
): ZodOpenApiOperationObject {
  const answers = { ...shared, ...operation.answers }
  const { id, summary, description, body, query, path, security } = operation
  return {
    operationId: id,
    tags: [contract.name],
    summary,
    ...(description ? { description } : {}),
    security: security ?? [{}, { serviceKey: [] }],
    ...(query || path ? { requestParams: { ...(query ? { query } : {}), ...(path ? { path } : {}) } } : {}),
    ...(body
      ? { requestBody: { required: !body.safeParse({}).success, content: { 'application/json': { schema: body } } } }
      : {}),
    responses: Object.fromEntries(
      Object.entries(answers).map(([status, answer]) => [status, describeResponse(answer)]),
    ),
  }
}

function describeResponse({ when, body, examples = {}, headers }: DescribedAnswer): ZodOpenApiResponseObject {
  const values = Object.entries(examples).map(([name, value]) => [name, { value: value.body }])
  return {
    description: when,
    headers: z.object({ ...COMMON_HEADERS, ...headers?.shape }),
    ...(body ? { content: { 'application/json': { schema: body, examples: Object.fromEntries(values) } } } : {}),
  }
}
