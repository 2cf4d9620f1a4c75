import type { RecoveryContext, RecoveryPolicy, Requester } from './core/context'
import { RecoveryError } from './core/errors'
import type { SecretRing } from './core/secrets'
import { createDatabase, type Database, isOutage } from './db/client'
import { type Environment, env } from './env'
import { telemetry } from './observability/telemetry'

/**
 * What this process holds once, and the context it hands to every verb. Next bundles instrumentation and
 * routes apart, so what they share hangs on `globalThis`.
 */
interface Shared {
  database?: Database
  wakeMailWorker?: () => void
}

const shared = globalThis as typeof globalThis & { __latchkey?: Shared }
shared.__latchkey ??= {}
const held = shared.__latchkey

/** The one pool of this process. */
export function sharedDatabase(): Database {
  held.database ??= createDatabase(env().databaseUrl).db
  return held.database
}

/** Lets the verbs of this process wake its mail worker; without one, another process polls. */
export function onMailQueued(wake: () => void): void {
  held.wakeMailWorker = wake
}

export const policyOf = (environment: Environment): RecoveryPolicy => environment

export const secretsOf = (environment: Environment): SecretRing => environment.appSecrets as unknown as SecretRing

/** The context of one request. */
export function contextFor(requester: Requester): RecoveryContext {
  const environment = env()
  return {
    db: sharedDatabase(),
    now: new Date(),
    requester,
    policy: policyOf(environment),
    secrets: secretsOf(environment),
    wakeMailWorker: () => held.wakeMailWorker?.(),
    count: (what) => telemetry().count(`latchkey.${what}`),
  }
}

const RETRY_SECONDS = 5

/** What a transport should say of an error: a database that cannot be reached is `busy`, all else is as it was. */
export const asRefusal = (error: unknown): unknown =>
  isOutage(error) ? new RecoveryError('busy', { retryAfterSeconds: RETRY_SECONDS }) : error
