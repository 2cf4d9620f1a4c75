import type { Database } from '@/server/db/client'
import type { Locale } from '@/server/language/languages'
import type { SecretRing } from './secrets'

/** How wide a network is. `unknown` is all requests without an address, `service-key` is a trusted back end. */
export type NetworkWidth = 'ipv4/32' | 'ipv4/24' | 'ipv6/64' | 'ipv6/56' | 'ipv6/48' | 'unknown' | 'service-key'

/** A network that requests are counted under. */
export interface Network {
  /** Such as `192.0.2.1`, `192.0.2.0/24` or `2001:db8::/48`. No two networks share a name. */
  name: string
  width: NetworkWidth
}

/** The client that makes a request, as far as the server can tell. */
export interface Requester {
  /** The networks that the client's address belongs to, the narrowest first. */
  networks: readonly [Network, ...Network[]]
  /** The names of browser and system, such as "Firefox on Windows", or null if unknown. */
  device: string | null
  /** The language that the request asks for. Absent or null if it asks for none that there is. */
  locale?: Locale | null
  /** The same id appears in the logs, in audit rows and in the response. */
  requestId: string
}

/** What an operator can configure. */
export interface RecoveryPolicy {
  /** `conceal` never says whether an account exists; `reveal` does. */
  disclosure: 'conceal' | 'reveal'
  /** The shortest time between two reset emails to the same account. */
  sendCooldownSeconds: number
  linkTtlSeconds: number
  codeTtlSeconds: number
  grantTtlSeconds: number
  /** In code points. */
  passwordMinLength: number
  /** The format of new password hashes. */
  passwordHash: 'argon2id' | 'bcrypt' | 'django-pbkdf2-sha256' | 'django-argon2' | 'better-auth-scrypt'
  /** Follows the password in every bcrypt hash, as Devise's pepper does. */
  passwordPepper?: string | undefined
  /** Multiplies the limits of networks and the global limits. Limits per account are not scaled. */
  rateLimitScale: number
  /** The product's name, which a password may not be close to. */
  brandName?: string | undefined
  /** Whether events are queued for the application: EVENTS_URL is set. */
  sendEvents: boolean
}

/** Everything that a verb depends on. Tests control the time by passing their own `now`. */
export interface RecoveryContext {
  db: Database
  now: Date
  requester: Requester
  policy: RecoveryPolicy
  secrets: SecretRing
  /** Aborted when the client of the request has gone. Work that is still to be done for it is dropped. */
  signal?: AbortSignal | undefined
  /** Tells the worker that an email or an event is due. Returns at once. */
  wakeMailWorker(): void
  /** Increments a telemetry counter. Absent when telemetry is off. */
  count?(what: 'requests' | 'redeems' | 'lockouts'): void
  /** Reports the kind of a stored password hash that cannot be verified, such as `$md5$`. Never receives the hash. */
  reportUnreadableHash?(kind: string): void
  /** Tells an operator that all requests together are far more than usual. Called for each such request. */
  raiseAlarm?(action: string): void
  /** Whether a password is known from a data breach. Absent unless BREACHED_PASSWORDS is on. Never rejects. */
  isBreached?(password: string): Promise<boolean>
  /** The networks that were refused before. Without it, each request is counted in the database. */
  refusedNetworks?: RefusedNetworks
}

/** The networks that this process remembers as refused. */
export interface RefusedNetworks {
  /** When the last refusal of any of these networks ends, or null if none is refused now. */
  refusedUntil(action: string, networks: readonly Network[], now: Date): Date | null
  /** @param name the network's name */
  remember(action: string, name: string, until: Date): void
}

/** The time `seconds` after `from`, or before it if negative. */
export const secondsAfter = (from: Date, seconds: number): Date => new Date(from.getTime() + seconds * 1000)

/** Whole seconds from one time until another, rounded up; 0 when it is over. */
export const secondsUntil = (from: Date, until: Date): number =>
  Math.max(0, Math.ceil((until.getTime() - from.getTime()) / 1000))
