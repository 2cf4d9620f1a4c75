import { initTRPC, TRPCError } from '@trpc/server'
import { RecoveryError } from '@/server/core/errors'
import { asRefusal } from '@/server/runtime'
import type { ApiContext } from './context'
import { errorDataOf, TRPC_CODES } from './errors'
import { hasOwnAccounts } from './sign-in-url'

/** What the OpenAPI document says of a procedure, besides its input and output. */
export interface ProcedureMeta {
  /** One line without a full stop at its end. Every procedure has one. */
  summary?: string
  /** Whether the caller must be signed in. */
  signedIn?: boolean
}

const t = initTRPC
  .context<ApiContext>()
  .meta<ProcedureMeta>()
  .create({
    errorFormatter({ error, shape, ctx }) {
      const requestId = ctx?.recovery.requester.requestId ?? 'unknown'
      const data = errorDataOf(error, requestId)
      // tRPC's own message may contain an input or a query. Clients get the code instead.
      return {
        ...shape,
        message: data.reason,
        data: { code: shape.data.code, httpStatus: shape.data.httpStatus, ...data },
      }
    },
  })

/** Gives the errors of the core their HTTP status. Other errors stay opaque. */
const refusals = t.middleware(async ({ next }) => {
  const result = await next()
  const refusal = result.ok ? null : asRefusal(result.error.cause)
  if (refusal instanceof RecoveryError) {
    throw new TRPCError({ code: TRPC_CODES[refusal.code], message: refusal.code, cause: refusal })
  }
  return result
})

export const router = t.router
export const createCallerFactory = t.createCallerFactory
export const publicProcedure = t.procedure.use(refusals)

/** A procedure that needs Latchkey's own accounts. Otherwise people sign in elsewhere, and it is not found. */
export const ownAccountsProcedure = publicProcedure.use(({ next }) => {
  if (!hasOwnAccounts()) throw new TRPCError({ code: 'NOT_FOUND' })
  return next()
})

/** A procedure for callers who are signed in. `ctx.current` is their session. */
export const signedInProcedure = ownAccountsProcedure.meta({ signedIn: true }).use(async ({ ctx, next }) => {
  const session = await ctx.session()
  if (!session) throw new RecoveryError('not-signed-in')
  return next({ ctx: { current: session } })
})
