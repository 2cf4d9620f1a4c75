import { z } from 'zod'
import type { ZodOpenApiOperationObject, ZodOpenApiResponseObject } from 'zod-openapi'
import { REFUSALS, type Refusal } from '@/server/http/request-guard'
import type { Answer } from './answer'
import { type Contract, notAllowed, OUR_FAULT } from './endpoint'

/** Describes the operations of contracts for OpenAPI, with what the edge adds to each. */

/** One status of an operation: when it is answered, its body, and an example a case. */
export interface DescribedAnswer {
  when: string
  body?: z.ZodType
  examples?: Record<string, Answer>
  headers?: z.ZodObject
}

export interface Description {
  id: string
  summary: string
  description?: string
  body?: z.ZodObject | z.ZodCatch<z.ZodObject>
  query?: z.ZodObject
  path?: z.ZodObject
  security?: ZodOpenApiOperationObject['security']
  answers: Record<number, DescribedAnswer>
  /** The methods of its path. */
  allow: string
  /** The shape of the edge's own refusals. */
  errorBody: z.ZodType
  /** Where a limit says more than that: the body and an example of its 429. */
  limitBody?: z.ZodType
  /** What the edge answers besides: for writes also 403, 413 and 415; nothing where no verb is called. */
  edge: 'read' | 'write' | 'none'
}

const requestId = z.string().meta({ description: 'Names this request in the logs.', header: { id: 'RequestId' } })
const noStore = z.literal('no-store').meta({ header: { id: 'NoStore' } })
const seconds = z
  .string()
  .regex(/^\d+$/)
  .meta({ description: 'How many seconds to wait.', example: '60', header: { id: 'RetryAfter' } })

const EVERY = { 'x-request-id': requestId, 'cache-control': noStore }

function waitExample(contract: Contract, code: 'too-many-requests' | 'busy'): Answer {
  const entry = contract.errors[code]
  return (typeof entry === 'function' ? entry({ retryAfterSeconds: 60 }) : entry) as Answer
}

/** What the edge may answer for any operation of a contract. */
function edgeAnswers(contract: Contract, described: Description): Record<number, DescribedAnswer> {
  const { edge, allow, errorBody, limitBody } = described
  if (edge === 'none') return {}
  const wait = z.object({ 'retry-after': seconds })
  const answer = (when: string, example: Answer) => ({ when, body: errorBody, examples: { refused: example } })
  const refusal = (when: string, { status, message }: Refusal) => answer(when, contract.fault(status, message))
  const writes: Record<number, DescribedAnswer> = {
    403: refusal("Sent by another site's page, which is none of `CORS_ORIGINS`", REFUSALS.crossSite),
    413: refusal('The body is larger than 16 KiB', REFUSALS.tooLarge),
    415: refusal('The body is not `application/json`', REFUSALS.notJson),
  }
  return {
    ...(edge === 'write' ? writes : {}),
    405: answer('Another method; `Allow` names the right ones', notAllowed(contract, allow)),
    429: {
      when: 'A limit is reached',
      body: limitBody ?? errorBody,
      examples: { limit: waitExample(contract, 'too-many-requests') },
      headers: wait,
    },
    500: answer('Our fault; the logs say more under the `x-request-id`', contract.fault(500, OUR_FAULT)),
    503: {
      when: 'Too busy, or the database cannot be reached',
      body: errorBody,
      examples: { busy: waitExample(contract, 'busy') },
      headers: wait,
    },
  }
}

function responseOf({ when, body, examples = {}, headers }: DescribedAnswer): ZodOpenApiResponseObject {
  const values = Object.entries(examples).map(([name, value]) => [name, { value: value.body }])
  return {
    description: when,
    headers: z.object({ ...EVERY, ...headers?.shape }),
    ...(body ? { content: { 'application/json': { schema: body, examples: Object.fromEntries(values) } } } : {}),
  }
}

/** One operation of a contract, as OpenAPI wants it. */
export function operation(contract: Contract, described: Description): ZodOpenApiOperationObject {
  const answers: Record<number, DescribedAnswer> = edgeAnswers(contract, described)
  for (const [status, answer] of Object.entries(described.answers)) {
    const present = answers[Number(status)]
    answers[Number(status)] = present
      ? { ...answer, when: `${answer.when}; ${present.when}`, examples: { ...answer.examples, ...present.examples } }
      : answer
  }
  const { id, summary, description, body, query, path, security } = described
  return {
    operationId: id,
    tags: [contract.name],
    summary,
    ...(description ? { description } : {}),
    security: security ?? [],
    ...(query || path ? { requestParams: { ...(query ? { query } : {}), ...(path ? { path } : {}) } } : {}),
    ...(body
      ? { requestBody: { required: !body.safeParse({}).success, content: { 'application/json': { schema: body } } } }
      : {}),
    responses: Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, responseOf(answer)])),
  }
}
