import { type Environment, env } from './env'
import { log } from './log'
import { createMailboxTransport } from './mail/transports/mailbox'
import { createResendTransport } from './mail/transports/resend'
import type { MailTransport } from './mail/transports/transport'
import { createMailWorker, type MailWorker } from './mail/worker'
import { composeChangedMails, composeResetMails } from './recovery/compose-mails'
import { policyOf, secretsOf, sharedDatabase } from './runtime'

function transportOf(environment: Environment): MailTransport {
  const { resendApiKey: apiKey, mailFrom: from, mailboxDir: dir } = environment
  if (apiKey) return createResendTransport({ apiKey, from })
  if (dir) return createMailboxTransport({ dir, from })
  throw new Error('Mail has nowhere to go: set RESEND_API_KEY')
}

/** Starts the mail worker of this process, wired with the composer of each kind of mail. */
export function startMailWorker(): MailWorker {
  const environment = env()
  const db = sharedDatabase()
  const context = (now: Date) => ({
    db,
    now,
    policy: policyOf(environment),
    secrets: secretsOf(environment),
    appUrl: environment.appUrl,
  })
  const worker = createMailWorker({
    db,
    transport: transportOf(environment),
    composers: {
      'password-reset': (batch, now) => composeResetMails(context(now), batch),
      'password-changed': (batch, now) => composeChangedMails(context(now), batch),
    },
    log: log(),
  })
  worker.start()
  return worker
}
