import { LEASE_SECONDS } from './outbox'

/** How long a worker waits, and for what, in milliseconds. */
export const TIMING = {
  /** Between two checks for events that other processes have queued, and for retries that are due. */
  poll: 1_000,
  /** The application's time to answer. Half of the lease, so that no other worker makes the same try meanwhile. */
  callTimeout: 15_000,
  lease: LEASE_SECONDS * 1000,
  /** How long the tries that run may take after `stop`. */
  stopTimeout: 5_000,
  /** The shortest time between two log lines about tries that failed. */
  logInterval: 60_000,
}

/** The most tries at the same time. A receiver that is slow with one event gets the others meanwhile. */
export const CONCURRENCY = 5
