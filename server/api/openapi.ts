import { z } from 'zod'
import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject } from 'zod-openapi'
import { appRouter } from './root'
import type { ProcedureMeta } from './trpc'

/** What a procedure states about itself in its router. */
interface StatedProcedure {
  type: 'query' | 'mutation' | 'subscription'
  meta?: ProcedureMeta
  inputs: z.ZodType[]
  output?: z.ZodType
}

/** Every procedure by its name, such as `session.signIn`. */
export function statedProcedures(): [name: string, procedure: StatedProcedure][] {
  const procedures = appRouter._def.procedures as unknown as Record<string, { _def: StatedProcedure }>
  return Object.entries(procedures).map(([name, { _def }]) => [name, _def])
}

const errorBody = z
  .object({
    error: z.object({
      message: z.string().meta({ description: 'The same as `reason`.', example: 'too-many-requests' }),
      code: z.int().meta({ description: 'The JSON-RPC error code.', example: -32029 }),
      data: z.object({
        code: z.string().meta({ description: 'The name of the error code.', example: 'TOO_MANY_REQUESTS' }),
        httpStatus: z.int().meta({ example: 429 }),
        reason: z.string().meta({ description: 'The reason, as a stable code.', example: 'too-many-requests' }),
        fields: z
          .record(z.string(), z.string())
          .optional()
          .meta({ description: 'For invalid input: the first error of each field, as a code.' }),
        retryAfterSeconds: z.int().optional().meta({ description: 'How long to wait before the next try.' }),
        triesLeft: z
          .int()
          .optional()
          .meta({ description: 'For a wrong code: how many tries are left before a block.' }),
        limit: z.int().optional().meta({ description: 'For a password of the wrong length: the limit in characters.' }),
        requestId: z.string().meta({ description: 'Identifies the request in the logs.' }),
      }),
    }),
  })
  .meta({ id: 'ProcedureError' })

const inputQuery = z.object({
  input: z.string().meta({ description: 'The input as JSON.', example: '{"account":"john"}' }),
})

/** A query is a GET with its input as JSON in `input`. A mutation is a POST with its input as the body. */
function describeProcedure(name: string, procedure: StatedProcedure): ZodOpenApiOperationObject {
  const { type, meta, output } = procedure
  const input = procedure.inputs[0] as z.ZodObject | undefined
  const query = type === 'query'
  return {
    operationId: `trpc.${name}`,
    tags: ['trpc'],
    summary: meta?.summary,
    security: meta?.signedIn ? [{ session: [] }] : [],
    ...(query && input ? { requestParams: { query: inputQuery } } : {}),
    ...(!query && input ? { requestBody: { required: true, content: { 'application/json': { schema: input } } } } : {}),
    responses: {
      200: {
        description: 'The result',
        content: { 'application/json': { schema: z.object({ result: z.object({ data: output ?? z.unknown() }) }) } },
      },
      '4XX': { description: 'The request was refused', content: { 'application/json': { schema: errorBody } } },
      '5XX': { description: 'An error on our side', content: { 'application/json': { schema: errorBody } } },
    },
  }
}

/** Every procedure as a path of `/api/trpc`. */
export function procedurePaths(): ZodOpenApiPathsObject {
  const paths: ZodOpenApiPathsObject = {}
  for (const [name, procedure] of statedProcedures()) {
    const operation = describeProcedure(name, procedure)
    paths[`/api/trpc/${name}`] = procedure.type === 'query' ? { get: operation } : { post: operation }
  }
  return paths
}
