import type { TRPCError } from '@trpc/server'
import { z } from 'zod'
import { RecoveryError, type RecoveryErrorCode } from '@/server/core/errors'

/** What a form may find in `error.data`; the words are the form's own. */
export interface ApiErrorData {
  /** A code of the core, of an input schema, or `internal`. */
  reason: string
  /** For refused input: the first fault of each field. */
  fields?: Record<string, string>
  retryAfterSeconds?: number
  triesLeft?: number
  limit?: number
  requestId: string
}

/** The HTTP meaning of each refusal of the core. */
export const TRPC_CODES: Record<RecoveryErrorCode, TRPCError['code']> = {
  'account-unknown': 'NOT_FOUND',
  'too-many-requests': 'TOO_MANY_REQUESTS',
  'asked-too-soon': 'TOO_MANY_REQUESTS',
  'link-unknown': 'BAD_REQUEST',
  'link-expired': 'BAD_REQUEST',
  'link-used': 'BAD_REQUEST',
  'link-superseded': 'BAD_REQUEST',
  'flow-missing': 'BAD_REQUEST',
  'code-wrong': 'BAD_REQUEST',
  'code-blocked': 'TOO_MANY_REQUESTS',
  'grant-unknown': 'BAD_REQUEST',
  'grant-expired': 'BAD_REQUEST',
  'password-too-short': 'BAD_REQUEST',
  'password-too-long': 'BAD_REQUEST',
  'password-too-common': 'BAD_REQUEST',
  'password-too-simple': 'BAD_REQUEST',
  'password-personal': 'BAD_REQUEST',
  'sign-in-failed': 'UNAUTHORIZED',
  'not-signed-in': 'UNAUTHORIZED',
  busy: 'SERVICE_UNAVAILABLE',
}

/** The code that a schema gives its fault; zod's own sentences are not for forms. */
const codeIn = (message: string) => (/^[a-z]+(?:-[a-z]+)+$/.test(message) ? message : 'input-malformed')

/** The public data of an error: codes and numbers, never a message, a query or a stack. */
export function errorDataOf(error: TRPCError, requestId: string): ApiErrorData {
  const { cause } = error
  if (cause instanceof RecoveryError) return { reason: cause.code, ...cause.details, requestId }
  if (cause instanceof z.ZodError) {
    const fields: Record<string, string> = {}
    for (const { path, message } of cause.issues) fields[path.join('.') || 'input'] ??= codeIn(message)
    return { reason: Object.values(fields)[0] ?? 'input-malformed', fields, requestId }
  }
  return { reason: error.code === 'INTERNAL_SERVER_ERROR' ? 'internal' : 'input-malformed', requestId }
}
