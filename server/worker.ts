import { setTimeout as sleep } from 'node:timers/promises'
import { type Environment, env } from './env'
import { createHousekeeping, type Housekeeping } from './housekeeping/housekeeping'
import { queueState } from './mail/status'
import type { MailTransport } from './mail/transport'
import { createMailboxTransport } from './mail/transports/mailbox'
import { createResendTransport } from './mail/transports/resend'
import { createMailWorker, type MailWorker } from './mail/worker'
import { log } from './observability/log'
import { telemetry } from './observability/telemetry'
import { composeChangedEmails } from './recovery/compose-changed-emails'
import { composeResetEmails } from './recovery/compose-reset-emails'
import { policyOf, secretsOf, sharedDatabase } from './runtime'

/** What a process does besides answering requests. */
export interface Worker {
  mail: MailWorker
  housekeeping: Housekeeping
  /** Tells the mail worker that an email was queued. */
  wake(): void
  /** Waits for the work in progress, for a few seconds at most; an unfinished batch is due again at once. */
  stop(): Promise<void>
}

function transportOf(environment: Environment): MailTransport {
  const { resendApiKey: apiKey, mailFrom: from, mailboxDir: dir } = environment
  if (apiKey) return createResendTransport({ apiKey, from })
  if (dir) return createMailboxTransport({ dir, from })
  throw new Error('No way to send emails: set RESEND_API_KEY')
}

/** Creates the worker of this process, with a composer for each kind of email. It does not run yet. */
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
  const housekeeping = createHousekeeping({ db, log: log(), telemetry: telemetry() })
  return {
    mail,
    housekeeping,
    wake: mail.wake,
    stop: async () => void (await Promise.all([mail.stop(), housekeeping.stop()])),
  }
}

// Next.js bundles instrumentation and routes separately. They share state only through `globalThis`.
const shared = globalThis as typeof globalThis & { __latchkeyWorker?: Worker }

/** The only worker of this process, started or not. */
export function sharedWorker(): Worker {
  shared.__latchkeyWorker ??= createWorker()
  return shared.__latchkeyWorker
}

/** Starts the worker of this process: it sends emails as they are queued, and runs the housekeeping every minute. */
export function startMailWorker(): Worker {
  const worker = sharedWorker()
  worker.mail.start()
  worker.housekeeping.start()
  observeQueue()
  return worker
}

function observeQueue() {
  const gauges = ['latchkey.mail.queued', 'latchkey.mail.sending', 'latchkey.mail.oldest_seconds']
  telemetry().observe(gauges, async () => {
    const { queued, sending, oldestSeconds } = await queueState(sharedDatabase(), new Date())
    return [queued, sending, oldestSeconds]
  })
}

/**
 * Sends the emails that are due, and waits during the provider's pauses, for processes that do not live long.
 * @param ms the longest time to go on, in milliseconds.
 * @returns how many milliseconds the provider wants no call for; 0 when no email is left to send now.
 */
export async function drainFor(mail: MailWorker, ms: number): Promise<number> {
  const end = performance.now() + ms
  for (;;) {
    const pausedMs = await mail.drain()
    if (pausedMs === 0 || performance.now() + pausedMs > end) return pausedMs
    await sleep(pausedMs)
  }
}
