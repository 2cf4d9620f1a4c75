import { LEASE_SECONDS } from './outbox'

/** How a worker spends its time, in milliseconds. */
export const PACE = {
  /** How often it looks for what other processes have queued. */
  poll: 1_000,
  /** Rows that come within this share a batch instead of having one each. */
  gather: 100,
  /** A third of the lease: no batch is claimed by another while its call is under way. */
  callTimeout: 10_000,
  lease: LEASE_SECONDS * 1000,
  /** After a first failure; doubled with each more. */
  backoff: 1_000,
  longestBackoff: 60_000,
  /** How long a call under way may go on after `stop`. */
  stopGrace: 5_000,
}
