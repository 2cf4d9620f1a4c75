import type { AnyProcedure, inferRouterOutputs } from '@trpc/server'
import { z } from 'zod'
import type { ZodOpenApiOperationObject, ZodOpenApiPathsObject } from 'zod-openapi'
import { SECURITY_EVENT_KINDS } from '@/server/audit/list-security-events'
import { DEAD_SECRET_CODES } from '@/server/core/errors'
import { ANSWERS } from './answers'
import { type AppRouter, appRouter } from './root'

/** The procedures for OpenAPI: inputs are their own schemas, outputs are held to their types. */

type Documented<Routers> = {
  [Router in keyof Routers]: {
    [Name in keyof Routers[Router]]: { summary: string; output: z.ZodType<Routers[Router][Name]> }
  }
}

const told = <const Message extends string>(message: Message) => z.strictObject({ message: z.literal(message) })
const time = z.iso.datetime()
const seconds = z.int().min(0)

const person = z.strictObject({
  email: z.string(),
  username: z.string(),
  fullName: z.string(),
  picture: z.string().nullable(),
})
const deadSecret = z.enum(DEAD_SECRET_CODES)

const PROCEDURES: Documented<inferRouterOutputs<AppRouter>> = {
  recovery: {
    terms: {
      summary: 'How long things last here, and whether accounts are shown',
      output: z.strictObject({
        disclosure: z.enum(['conceal', 'reveal']),
        linkTtlSeconds: seconds,
        codeTtlSeconds: seconds,
        sendCooldownSeconds: seconds,
        passwordMinLength: z.int(),
      }),
    },
    locate: {
      summary: 'Is this you? By the disclosure policy; the address is always masked',
      output: z.strictObject({ email: z.string(), fullName: z.string(), picture: z.string() }),
    },
    request: {
      summary: 'Mail a link and a code; sets the flow cookie',
      output: told(ANSWERS.resetRequested),
    },
    flow: {
      summary: "Where this browser's recovery stands, by its flow cookie",
      output: z
        .strictObject({
          account: z.string().brand<'Identifier'>(),
          resendInSeconds: seconds,
          blockedSeconds: seconds,
        })
        .nullable(),
    },
    verifyCode: {
      summary: 'Check the six digits, for `account` or that of the flow cookie; sets the grant cookie',
      output: told(ANSWERS.codeAccepted),
    },
    linkState: {
      summary: 'Is the secret in the cookie live? Spends nothing',
      output: z.union([
        z.strictObject({
          state: z.literal('live'),
          secret: z.enum(['grant', 'link']),
          passwordMinLength: z.int(),
          expiresAt: time,
        }),
        z.strictObject({ state: z.literal('missing') }),
        z.strictObject({ state: z.literal('too-many-requests'), retryAfterSeconds: z.int() }),
        z.strictObject({ state: deadSecret }),
      ]),
    },
    notice: {
      summary: 'Why this browser was sent back from a dead link, if it was',
      output: deadSecret.nullable(),
    },
    resetPassword: {
      summary: 'Choose the new password, with `token` or the secret in the cookie',
      output: told(ANSWERS.passwordChanged),
    },
    secureAccount: {
      summary: '"This wasn\'t me", from the mail about a changed password',
      output: told(ANSWERS.accountSecured),
    },
  },
  session: {
    signIn: { summary: 'Sign in; sets the session cookie', output: person },
    signOut: { summary: 'Sign out', output: told(ANSWERS.signedOut) },
    current: { summary: 'Who is signed in, or null', output: person.nullable() },
  },
  account: {
    requestReset: {
      summary: "Mail a reset link to the signed-in account's own address",
      output: told(ANSWERS.resetRequested),
    },
    sessions: {
      summary: 'Where the account is signed in, the most recently used first',
      output: z.array(
        z.strictObject({
          id: z.uuid(),
          current: z.boolean(),
          device: z.string().nullable(),
          createdAt: time,
          lastSeenAt: time,
        }),
      ),
    },
    endSession: { summary: 'Sign out one of them', output: told(ANSWERS.sessionEnded) },
    endOtherSessions: { summary: 'Sign out all but this one', output: told(ANSWERS.sessionsEnded) },
    suppression: {
      summary: "Why the account's address is not mailed any more, and since when, or null while it is",
      output: z.strictObject({ kind: z.enum(['bounced', 'complained']), since: time }).nullable(),
    },
    securityEvents: {
      summary: 'What lately happened to the account, the newest first',
      output: z.array(
        z.strictObject({
          id: z.uuid(),
          kind: z.enum(SECURITY_EVENT_KINDS),
          device: z.string().nullable(),
          at: time,
        }),
      ),
    },
  },
}

const refusal = z
  .object({
    error: z.object({
      message: z.string().meta({ description: 'The reason.', example: 'too-many-requests' }),
      code: z.int().meta({ description: "JSON-RPC's code.", example: -32029 }),
      data: z.object({
        code: z.string().meta({ example: 'TOO_MANY_REQUESTS' }),
        httpStatus: z.int().meta({ example: 429 }),
        reason: z.string().meta({ description: 'A code to switch on.', example: 'too-many-requests' }),
        fields: z
          .record(z.string(), z.string())
          .optional()
          .meta({ description: 'For refused input: the first fault of each field.' }),
        retryAfterSeconds: z.int().optional(),
        triesLeft: z.int().optional(),
        limit: z.int().optional(),
        requestId: z.string(),
      }),
    }),
  })
  .meta({ id: 'ProcedureRefusal' })

/** One procedure as a path: a query is a GET with its input as JSON in `input`, a mutation a POST with it as body. */
function operationOf(name: string, procedure: AnyProcedure, documented: { summary: string; output: z.ZodType }) {
  const input = procedure._def.inputs[0] as z.ZodObject | undefined
  const query = procedure._def.type === 'query'
  const asJson = z.string().meta({ description: 'The input as JSON.', example: '{"account":"john"}' })
  return {
    operationId: `trpc.${name}`,
    tags: ['trpc'],
    summary: documented.summary,
    security: name.startsWith('account.') ? [{ session: [] }] : [],
    ...(query && input ? { requestParams: { query: z.object({ input: asJson }) } } : {}),
    ...(!query && input ? { requestBody: { required: true, content: { 'application/json': { schema: input } } } } : {}),
    responses: {
      200: {
        description: 'Done',
        content: { 'application/json': { schema: z.object({ result: z.object({ data: documented.output }) }) } },
      },
      '4XX': { description: 'Refused', content: { 'application/json': { schema: refusal } } },
      '5XX': { description: 'Our fault', content: { 'application/json': { schema: refusal } } },
    },
  } satisfies ZodOpenApiOperationObject
}

/** Every procedure as a path of `/api/trpc`. */
export function procedurePaths(): ZodOpenApiPathsObject {
  const procedures = appRouter._def.procedures as unknown as Record<string, AnyProcedure>
  const documented: Record<string, Record<string, { summary: string; output: z.ZodType }>> = PROCEDURES
  const paths: ZodOpenApiPathsObject = {}
  for (const [name, procedure] of Object.entries(procedures)) {
    const [router = '', own = ''] = name.split('.')
    const words = documented[router]?.[own]
    if (!words) continue
    const operation = operationOf(name, procedure, words)
    paths[`/api/trpc/${name}`] = procedure._def.type === 'query' ? { get: operation } : { post: operation }
  }
  return paths
}
