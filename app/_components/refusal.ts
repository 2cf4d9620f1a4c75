import { type DeadLink, messages, type Reason, type ReasonDetails } from '@/messages/en'
import type { DeadSecretCode, RecoveryErrorCode } from '@/server/core/errors'
import type { InputErrorCode } from '@/server/core/schemas'

/** Fails to compile when a code of the server has no text. */
messages.errors satisfies Record<RecoveryErrorCode | InputErrorCode | 'network' | 'internal', unknown>
messages.deadLink satisfies Record<DeadSecretCode | 'missing', unknown>

/** Why the server did not do what was asked, as the forms need it. */
export interface Refusal {
  reason: Reason
  details: ReasonDetails
  /** Input name → reason, when single inputs are at fault. */
  fields: Record<string, Reason>
}

const isReason = (code: string): code is Reason => Object.hasOwn(messages.errors, code)

/** A code this page does not know is a server newer than the page: an error on our side. */
export const toReason = (code: string): Reason => (isReason(code) ? code : 'internal')

/** Reads what a tRPC call threw. Without an answer from the server it is the network. */
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

/** The sentence for a reason. */
export function sentence(reason: Reason, details: ReasonDetails = {}): string {
  const words = messages.errors[reason]
  return typeof words === 'function' ? words(details) : words
}

/** Whether a reason is about a code that was typed rather than a link that was opened. */
export const isGrant = (reason: Reason | DeadLink): boolean => reason === 'grant-unknown' || reason === 'grant-expired'

/** Whether a reason says that the link is dead, so that only a new one helps. */
export const isDeadLink = (reason: Reason | undefined): reason is DeadLink & Reason =>
  reason !== undefined && Object.hasOwn(messages.deadLink, reason)
