import { LEASE_SECONDS } from './outbox'

/** How long a worker waits, and for what, in milliseconds. */
export const TIMING = {
  /** Between two checks for emails that other processes have queued. */
  poll: 1_000,
  /** After a batch that was not full: rows queued in this time are sent in one call, not in one call each. */
  gather: 100,
  /** A third of the lease, so that no worker claims a batch while another one's call runs. */
  callTimeout: 10_000,
  lease: LEASE_SECONDS * 1000,
  /** After the first failure; doubled after each further one. */
  backoff: 1_000,
  longestBackoff: 60_000,
  /** How long the call that runs may take after `stop`. */
  stopTimeout: 5_000,
}
