import type { RecoveryContext } from '@/server/core/context'

/** What an operator's command works with. */
export interface OperatorContext extends Pick<RecoveryContext, 'db' | 'now'> {
  /** Appears in the security events that the command causes. */
  requestId: string
}
