import type { DeadSecretCode, RecoveryErrorCode } from '@/server/core/errors'
import type { InputErrorCode } from '@/server/core/typed-input'
import type { ErrorDetails } from '@/server/language/error-values'
import type { Messages } from '@/server/language/messages'

/** Why a form was refused. `network` and `internal` mean that the server gave no usable answer. */
export type Reason = RecoveryErrorCode | InputErrorCode | 'network' | 'internal' | 'page-outdated'
/** Why a link or code does not work. `missing` means that the page was opened without one. */
export type DeadLink = DeadSecretCode | 'missing'
/** Why a link or code can’t be used now, although it may still work. */
export type RefusedLink = keyof Messages['refusedLink'] & RecoveryErrorCode

export type ReasonDetails = ErrorDetails

/** Why the server refused a request, in the form that the pages need. */
export interface Refusal {
  reason: Reason
  details: ReasonDetails
  /** The reason for each input that has an error, by input name. */
  fields: Record<string, Reason>
}

/**
 * Reads the error of a tRPC call. An error without an answer from the server means that the network failed. A newer
 * server may send a code that this page does not know: it is shown as `internal`.
 */
export function readRefusal(error: unknown): Refusal {
  const data = (error as { data?: (ReasonDetails & { reason: Reason; fields?: Record<string, Reason> }) | null } | null)
    ?.data
  if (!data) return { reason: 'network', details: {}, fields: {} }
  return { reason: data.reason, details: data, fields: data.fields ?? {} }
}

/** Whether the reason concerns a code that was entered, rather than a link that was opened. */
export const isGrant = (reason: Reason | DeadLink): boolean => reason === 'grant-unknown' || reason === 'grant-expired'

const DEAD_LINKS: Record<DeadSecretCode, true> = {
  'link-unknown': true,
  'link-expired': true,
  'link-used': true,
  'link-superseded': true,
  'grant-unknown': true,
  'grant-expired': true,
}

/** Whether the reason is that the link or code no longer works, so that only a new email helps. */
export const isDeadLink = (reason: Reason | undefined): reason is DeadSecretCode =>
  reason !== undefined && Object.hasOwn(DEAD_LINKS, reason)
