import { setTimeout as delay } from 'node:timers/promises'
import { type Environment, env } from './env'
import { createHousekeeper, type Housekeeper } from './housekeeping/housekeeper'
import { queueState } from './mail/status'
import { createMailboxTransport } from './mail/transports/mailbox'
import { createResendTransport } from './mail/transports/resend'
import type { MailTransport } from './mail/transports/transport'
import { createMailWorker, type MailWorker } from './mail/worker'
import { log } from './observability/log'
import { telemetry } from './observability/telemetry'
import { composeChangedEmails } from './recovery/compose-changed-emails'
import { composeResetEmails } from './recovery/compose-reset-emails'
import { policyOf, secretsOf, sharedDatabase } from './runtime'

/** What a process does beside its requests. */
export interface Worker {
  mail: MailWorker
  housekeeping: Housekeeper
  /** Says that a mail is waiting. */
  wake(): void
  /** Lets what is under way finish, or hands it back after a few seconds. */
  stop(): Promise<void>
}

function transportOf(environment: Environment): MailTransport {
  const { resendApiKey: apiKey, mailFrom: from, mailboxDir: dir } = environment
  if (apiKey) return createResendTransport({ apiKey, from })
  if (dir) return createMailboxTransport({ dir, from })
  throw new Error('Mail has nowhere to go: set RESEND_API_KEY')
}

/** Makes this process's worker, wired with the composer of each kind of mail; nothing of it runs yet. */
function createWorker(): Worker {
  const environment = env()
  const db = sharedDatabase()
  const context = (now: Date) => ({
    db,
    now,
    policy: policyOf(environment),
    secrets: secretsOf(environment),
    appUrl: environment.appUrl,
  })
  const mail = createMailWorker({
    db,
    transport: transportOf(environment),
    composers: {
      'password-reset': (batch, now) => composeResetEmails(context(now), batch),
      'password-changed': (batch, now) => composeChangedEmails(context(now), batch),
    },
    log: log(),
    telemetry: telemetry(),
  })
  const housekeeping = createHousekeeper({ db, log: log(), telemetry: telemetry() })
  return {
    mail,
    housekeeping,
    wake: mail.wake,
    stop: async () => void (await Promise.all([mail.stop(), housekeeping.stop()])),
  }
}

// Next bundles instrumentation and routes apart: what they share hangs on `globalThis`.
const held = globalThis as typeof globalThis & { __latchkeyWorker?: Worker }

/** The one worker of this process, running or not. */
export function sharedWorker(): Worker {
  held.__latchkeyWorker ??= createWorker()
  return held.__latchkeyWorker
}

/** Sets this process's worker going: mail as it comes, housekeeping every minute. */
export function startMailWorker(): Worker {
  const worker = sharedWorker()
  worker.mail.start()
  worker.housekeeping.start()
  watchQueue()
  return worker
}

function watchQueue() {
  const gauges = ['latchkey.mail.queued', 'latchkey.mail.sending', 'latchkey.mail.oldest_seconds']
  telemetry().observe(gauges, async () => {
    const { queued, sending, oldestSeconds } = await queueState(sharedDatabase(), new Date())
    return [queued, sending, oldestSeconds]
  })
}

/**
 * Sends what is due, waiting out the provider's short pauses, for `ms` at the most: for processes that do not
 * live long.
 * @returns how many milliseconds the provider wants no call for; 0 when nothing is left to send now.
 */
export async function drainFor(mail: MailWorker, ms: number): Promise<number> {
  const end = performance.now() + ms
  for (;;) {
    const pausedMs = await mail.drain()
    if (pausedMs === 0 || performance.now() + pausedMs > end) return pausedMs
    await delay(pausedMs)
  }
}
