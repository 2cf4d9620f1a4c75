import { setTimeout as sleep } from 'node:timers/promises'
import { brand } from './brand/brand'
import { type Environment, env } from './env'
import { createEventPost } from './events/post-event'
import { eventQueueState } from './events/status'
import { createEventWorker, type EventWorker } from './events/worker'
import { createHousekeeping, type Housekeeping } from './housekeeping/housekeeping'
import { senderOf } from './mail/sender'
import { queueState } from './mail/status'
import type { MailTransport } from './mail/transport'
import { createMailboxTransport } from './mail/transports/mailbox'
import { createResendTransport } from './mail/transports/resend'
import { createMailWorker, type MailWorker } from './mail/worker'
import { log } from './observability/log'
import { telemetry } from './observability/telemetry'
import { composeChangedEmails } from './recovery/compose-changed-emails'
import { composeResetEmails } from './recovery/compose-reset-emails'
import { endSecretsOfChanged } from './recovery/end-changed'
import { policyOf, secretsOf, sharedDatabase } from './runtime'

/** What a process does besides answering requests. */
export interface Worker {
  mail: MailWorker
  /** Undefined if EVENTS_URL is not set. */
  events?: EventWorker
  housekeeping: Housekeeping
  /** Tells both that an email or an event was queued. */
  wake(): void
  /** Waits for the work in progress, for a few seconds at most; what is unfinished is due again at once. */
  stop(): Promise<void>
}

function transportOf(environment: Environment): MailTransport {
  const { resendApiKey: apiKey, mailboxDir: dir } = environment
  const from = senderOf(environment.mailFrom, brand().name)
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
    brand: brand(),
    defaultLocale: environment.defaultLocale,
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
    sendEvents: environment.sendEvents,
  })
  const events = createEvents(environment)
  const housekeeping = createHousekeeping({
    db,
    log: log(),
    telemetry: telemetry(),
    task: (now) => endSecretsOfChanged({ db, now }),
  })
  return {
    mail,
    events,
    housekeeping,
    wake() {
      mail.wake()
      events?.wake()
    },
    stop: async () => void (await Promise.all([mail.stop(), events?.stop(), housekeeping.stop()])),
  }
}

/** The worker that sends events to the application, if there is an address to send them to. */
function createEvents({ eventsUrl: url, eventsSecrets: secrets }: Environment): EventWorker | undefined {
  if (!url) return undefined
  const post = createEventPost({ url, secrets })
  return createEventWorker({ db: sharedDatabase(), post, log: log(), telemetry: telemetry() })
}

// Next.js bundles instrumentation and routes separately. They share state only through `globalThis`.
const shared = globalThis as typeof globalThis & { __latchkeyWorker?: Worker }

/** The only worker of this process, started or not. */
export function sharedWorker(): Worker {
  shared.__latchkeyWorker ??= createWorker()
  return shared.__latchkeyWorker
}

/** Starts the worker of this process: it sends emails and events as they are queued, and runs the housekeeping. */
export function startMailWorker(): Worker {
  const worker = sharedWorker()
  worker.mail.start()
  worker.events?.start()
  worker.housekeeping.start()
  observeQueue()
  if (worker.events) observeEvents()
  return worker
}

function observeQueue() {
  const gauges = ['latchkey.mail.queued', 'latchkey.mail.sending', 'latchkey.mail.oldest_seconds']
  telemetry().observe(gauges, async () => {
    const { queued, sending, oldestSeconds } = await queueState(sharedDatabase(), new Date())
    return [queued, sending, oldestSeconds]
  })
}

function observeEvents() {
  telemetry().observe(['latchkey.events.queued', 'latchkey.events.oldest_seconds'], async () => {
    const { queued, oldestSeconds } = await eventQueueState(sharedDatabase(), new Date())
    return [queued, oldestSeconds]
  })
}

/**
 * Sends the emails and events that are due, for processes that do not live long. An event that is due again later is
 * left to the next call.
 * @param ms the longest time to go on, in milliseconds.
 * @returns how many milliseconds the provider of emails wants no call for; 0 when no email is left to send now.
 */
export async function drainFor({ mail, events }: Worker, ms: number): Promise<number> {
  const [pausedMs] = await Promise.all([drainMail(mail, ms), events?.drain(ms)])
  return pausedMs
}

/**
 * Sends the emails that are due, and waits during the provider's pauses.
 * @param ms the longest time to go on, in milliseconds.
 * @returns how many milliseconds the provider wants no call for; 0 when no email is left to send now.
 */
async function drainMail(mail: MailWorker, ms: number): Promise<number> {
  const end = performance.now() + ms
  for (;;) {
    const pausedMs = await mail.drain()
    if (pausedMs === 0 || performance.now() + pausedMs > end) return pausedMs
    await sleep(pausedMs)
  }
}
