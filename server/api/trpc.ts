import { initTRPC, TRPCError } from '@trpc/server'
import { RecoveryError } from '@/server/core/errors'
import { asRefusal } from '@/server/runtime'
import type { ApiContext } from './context'
import { errorDataOf, TRPC_CODES } from './errors'

const t = initTRPC.context<ApiContext>().create({
  errorFormatter({ error, shape, ctx }) {
    const requestId = ctx?.recovery.requester.requestId ?? 'unknown'
    const data = errorDataOf(error, requestId)
    // tRPC's own message may hold an input or a query; the code says all that a client needs.
    return {
      ...shape,
      message: data.reason,
      data: { code: shape.data.code, httpStatus: shape.data.httpStatus, ...data },
    }
  },
})

/** Gives the core's refusals their HTTP meaning; an unknown error stays opaque. */
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

/** For somebody signed in; the session is in the context. */
export const signedInProcedure = publicProcedure.use(async ({ ctx, next }) => {
  const session = await ctx.session()
  if (!session) throw new RecoveryError('not-signed-in')
  return next({ ctx: { current: session } })
})
