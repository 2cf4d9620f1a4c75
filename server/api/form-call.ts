import { TRPCError } from '@trpc/server'
import { formClientSignal } from '@/server/http/form-client'
import { isCrossSite } from '@/server/http/request-guard'
import { log } from '@/server/observability/log'
import { type ApiContext, createApiContext } from './context'
import { type ApiErrorData, errorDataOf } from './errors'
import { createCaller } from './root'

export type Caller = ReturnType<typeof createCaller>

/**
 * Calls procedures for a form that was posted without JavaScript, with the same limits and errors as over HTTP.
 * @param headers of the request
 * @param answer gets the cookies
 * @param act calls the procedures. Its result is passed on.
 * @returns the result, or the data of the error as a tRPC call would have it
 */
export async function callForForm<T>(
  headers: Headers,
  answer: Headers,
  act: (caller: Caller) => Promise<T>,
): Promise<{ result: T } | { refusal: ApiErrorData }> {
  const ctx = createApiContext(headers, answer, formClientSignal(headers))
  const { requestId } = ctx.recovery.requester
  // `proxy.ts` has already refused such a form. This is a second check.
  if (isCrossSite(headers)) return { refusal: { reason: 'input-malformed', requestId } }
  try {
    return { result: await act(createCaller(ctx)) }
  } catch (error) {
    return { refusal: refusalOf(error, ctx) }
  }
}

function refusalOf(error: unknown, ctx: ApiContext): ApiErrorData {
  const { requestId } = ctx.recovery.requester
  const failure = error instanceof TRPCError ? error : new TRPCError({ code: 'INTERNAL_SERVER_ERROR', cause: error })
  if (failure.code === 'INTERNAL_SERVER_ERROR') log().error({ err: failure.cause ?? failure, requestId }, 'form failed')
  return errorDataOf(failure, requestId)
}
