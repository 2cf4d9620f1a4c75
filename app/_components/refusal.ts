import { type DeadLink, messages, type Reason, type ReasonDetails } from '@/messages/en'
import type { DeadSecretCode, RecoveryErrorCode } from '@/server/core/errors'
import type { InputErrorCode } from '@/server/core/typed-input'

// These lines do not compile if an error code of the server has no text.
messages.errors satisfies Record<RecoveryErrorCode | InputErrorCode | 'network' | 'internal', unknown>
messages.deadLink satisfies Record<DeadSecretCode | 'missing', unknown>
messages.refusedLink satisfies Partial<Record<RecoveryErrorCode, unknown>>

/** Why the server refused a request, in the form that the pages need. */
export interface Refusal {
  reason: Reason
  details: ReasonDetails
  /** The reason for each input that has an error, by input name. */
  fields: Record<string, Reason>
}

const isReason = (code: string): code is Reason => Object.hasOwn(messages.errors, code)

/** Reads an error code. A code that this page does not know comes from a newer server, and is shown as our error. */
export const toReason = (code: string): Reason => (isReason(code) ? code : 'internal')

/** Reads the error of a tRPC call. An error without an answer from the server means that the network failed. */
export function readRefusal(error: unknown): Refusal {
  const data = (error as { data?: (ReasonDetails & { reason: string; fields?: Record<string, string> }) | null } | null)
    ?.data
  if (!data) return { reason: 'network', details: {}, fields: {} }
  return {
    reason: toReason(data.reason),
    details: data,
    fields: Object.fromEntries(Object.entries(data.fields ?? {}).map(([name, code]) => [name, toReason(code)])),
  }
}

/** The text of an error. */
export function errorText(reason: Reason, details: ReasonDetails = {}): string {
  const text = messages.errors[reason]
  return typeof text === 'function' ? text(details) : text
}

/** Whether the reason concerns a code that was entered, rather than a link that was opened. */
export const isGrant = (reason: Reason | DeadLink): boolean => reason === 'grant-unknown' || reason === 'grant-expired'

/** Whether the reason is that the link or code no longer works, so that only a new email helps. */
export const isDeadLink = (reason: Reason | undefined): reason is DeadLink & Reason =>
  reason !== undefined && Object.hasOwn(messages.deadLink, reason)
