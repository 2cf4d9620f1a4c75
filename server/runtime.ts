import { type BreachedPasswords, createBreachedPasswords } from './accounts/breached-passwords'
import type { RecoveryContext, RecoveryPolicy, RefusedNetworks, Requester } from './core/context'
import { RecoveryError } from './core/errors'
import type { SecretRing } from './core/secrets'
import { createDatabase, type Database, isOutage } from './db/client'
import { type Environment, env } from './env'
import { createRefusedNetworks } from './limits/refused-networks'
import { log } from './observability/log'
import { telemetry } from './observability/telemetry'

/**
 * What the whole process shares. Next.js bundles instrumentation and routes separately; they share state only
 * through `globalThis`.
 */
interface Shared {
  database?: Database
  wakeMailWorker?: () => void
  unreadableHashes?: Set<string>
  refusedNetworks?: RefusedNetworks
  breachedPasswords?: BreachedPasswords
  /** When each alarm, or failure of a service, was logged last, in milliseconds of this process. */
  alarms?: Map<string, number>
}

const holder = globalThis as typeof globalThis & { __latchkey?: Shared }
holder.__latchkey ??= {}
const shared = holder.__latchkey

/** The only connection pool of this process. */
export function sharedDatabase(): Database {
  const { databaseUrl, databasePooling: pooling, databaseMaxConnections: maxConnections } = env()
  shared.database ??= createDatabase(databaseUrl, { pooling, maxConnections }).db
  return shared.database
}

/** Sets what is called after an email or an event is queued. If nothing is set, a worker in another process polls. */
export function onMailQueued(wake: () => void): void {
  shared.wakeMailWorker = wake
}

/** Tells the worker of this process, if it has one, that an email or an event is due. */
export const wakeMailWorker = (): void => shared.wakeMailWorker?.()

/** The part of the environment that verbs read. */
export const policyOf = (environment: Environment): RecoveryPolicy => environment

/** The secrets of APP_SECRET, newest first. The environment has checked that there is at least one. */
export const secretsOf = (environment: Environment): SecretRing => environment.appSecrets as unknown as SecretRing

/**
 * The context of one request, for every verb.
 * @param signal aborted when the client has gone
 */
export function contextFor(requester: Requester, signal?: AbortSignal): RecoveryContext {
  const environment = env()
  shared.refusedNetworks ??= createRefusedNetworks()
  return {
    db: sharedDatabase(),
    now: new Date(),
    requester,
    policy: policyOf(environment),
    secrets: secretsOf(environment),
    signal,
    wakeMailWorker,
    count: (what) => telemetry().count(`latchkey.${what}`),
    reportUnreadableHash,
    raiseAlarm,
    refusedNetworks: shared.refusedNetworks,
    isBreached: breachedPasswords()?.has,
  }
}

/** What an alarm means, where it is not about the number of requests. */
const ALARM_TEXTS: Record<string, string> = {
  'verify-code': 'far more wrong codes than usual, for all accounts together: someone may be guessing codes',
}

/** How often the same alarm or failure is logged. */
const LOG_PAUSE_MS = 60_000

/** Counts an alarm, and logs it at most once a minute for each action. */
function raiseAlarm(action: string): void {
  telemetry().count('latchkey.alarms', 1, { action })
  if (!isTimeToLog(action)) return
  log().warn({ action }, ALARM_TEXTS[action] ?? 'far more requests than usual from all networks together')
}

/** True once a minute for each subject. */
function isTimeToLog(subject: string): boolean {
  shared.alarms ??= new Map()
  const now = performance.now()
  if (now - (shared.alarms.get(subject) ?? Number.NEGATIVE_INFINITY) < LOG_PAUSE_MS) return false
  shared.alarms.set(subject, now)
  return true
}

/** Looks new passwords up, if BREACHED_PASSWORDS is on. A service that fails is logged at most once a minute. */
function breachedPasswords(): BreachedPasswords | undefined {
  const { breachedPasswordsUrl: url } = env()
  if (!url) return undefined
  const onFailure = (reason: string) => {
    if (isTimeToLog('breached-passwords'))
      log().warn({ reason }, 'new passwords could not be looked up in data breaches: only the local list was checked')
  }
  shared.breachedPasswords ??= createBreachedPasswords({ url, onFailure })
  return shared.breachedPasswords
}

/** Logs each kind of unreadable password hash once in the life of the process. */
function reportUnreadableHash(kind: string): void {
  shared.unreadableHashes ??= new Set()
  if (shared.unreadableHashes.has(kind)) return
  shared.unreadableHashes.add(kind)
  log().warn(
    { kind },
    'a stored password hash is of an unknown format, malformed or too costly: no password matches it',
  )
}

const RETRY_SECONDS = 5

/** The error that a transport reports: `busy` if the database cannot be reached, any other error unchanged. */
export const asRefusal = (error: unknown): unknown =>
  isOutage(error) ? new RecoveryError('busy', { retryAfterSeconds: RETRY_SECONDS }) : error
