import type { TRPCError } from '@trpc/server'
import { z } from 'zod'
import { RecoveryError, type RecoveryErrorCode } from '@/server/core/errors'

/** The `error.data` of a failed call. A form finds its own text for these codes. */
export interface ApiErrorData {
  /** A code of the core, a code of an input schema, or `internal`. */
  reason: string
  /** For invalid input: the code of the first error of each field. */
  fields?: Record<string, string>
  retryAfterSeconds?: number
  triesLeft?: number
  limit?: number
  requestId: string
}

/** The tRPC code, and so the HTTP status, of each error of the core. */
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
  'codes-off': 'TOO_MANY_REQUESTS',
  'grant-unknown': 'BAD_REQUEST',
  'grant-expired': 'BAD_REQUEST',
  'secret-changed': 'CONFLICT',
  'account-frozen': 'FORBIDDEN',
  'recovery-paused': 'SERVICE_UNAVAILABLE',
  'codes-paused': 'SERVICE_UNAVAILABLE',
  'links-paused': 'SERVICE_UNAVAILABLE',
  'password-too-short': 'BAD_REQUEST',
  'password-too-long': 'BAD_REQUEST',
  'password-too-many-bytes': 'BAD_REQUEST',
  'password-unusable-character': 'BAD_REQUEST',
  'password-too-common': 'BAD_REQUEST',
  'password-too-simple': 'BAD_REQUEST',
  'password-personal': 'BAD_REQUEST',
  'password-breached': 'BAD_REQUEST',
  'sign-in-failed': 'UNAUTHORIZED',
  'not-signed-in': 'UNAUTHORIZED',
  busy: 'SERVICE_UNAVAILABLE',
}

/** The code in a schema's message. zod's own sentences are not codes and become `input-malformed`. */
const codeOf = (message: string) => (/^[a-z]+(?:-[a-z]+)+$/.test(message) ? message : 'input-malformed')

/**
 * The public data of an error: codes and numbers, never a message, a query or a stack. An output that does not
 * match its schema is an internal error, although its cause is a ZodError like that of invalid input.
 */
export function errorDataOf(error: TRPCError, requestId: string): ApiErrorData {
  const { cause } = error
  if (cause instanceof RecoveryError) return { reason: cause.code, ...cause.details, requestId }
  if (error.code === 'INTERNAL_SERVER_ERROR') return { reason: 'internal', requestId }
  if (cause instanceof z.ZodError) {
    const fields: Record<string, string> = {}
    for (const { path, message } of cause.issues) fields[path.join('.') || 'input'] ??= codeOf(message)
    return { reason: Object.values(fields)[0] ?? 'input-malformed', fields, requestId }
  }
  return { reason: 'input-malformed', requestId }
}
