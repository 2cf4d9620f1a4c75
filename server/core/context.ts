import type { Database } from '@/server/db/client'
import type { SecretRing } from './secrets'

/** Who is asking, as far as a server can know. */
export interface Requester {
  /** What limits are counted by: an IPv4 address, or the /64 of an IPv6 one. */
  address: string
  /** Browser and system by name ("Firefox on Windows"), or null. */
  device: string | null
  /** Ties logs, audit rows and the answer together. */
  requestId: string
}

/** What an operator chose; times are in seconds. */
export interface RecoveryPolicy {
  disclosure: 'conceal' | 'reveal'
  sendCooldownSeconds: number
  linkTtlSeconds: number
  codeTtlSeconds: number
  grantTtlSeconds: number
  /** Code points. */
  passwordMinLength: number
  /** Multiplies the budgets of addresses and of everybody together. */
  rateLimitScale: number
}

/** All that a verb may know of the world. Tests move the clock by giving another `now`. */
export interface RecoveryContext {
  db: Database
  now: Date
  requester: Requester
  policy: RecoveryPolicy
  secrets: SecretRing
  /** Tells the mail worker that a row is waiting; costs nothing and waits for nothing. */
  wakeMailWorker(): void
  /** Tells an operator's counters, where somebody watches them. */
  count?(what: 'requests' | 'redeems' | 'lockouts'): void
}

export const secondsAfter = (from: Date, seconds: number): Date => new Date(from.getTime() + seconds * 1000)

/** Whole seconds from one time until another, rounded up; 0 when it is over. */
export const secondsUntil = (from: Date, until: Date): number =>
  Math.max(0, Math.ceil((until.getTime() - from.getTime()) / 1000))
