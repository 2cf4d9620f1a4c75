import type { RecoveryPolicy } from '@/server/core/context'
import type { Database } from '@/server/db/client'
import type { Composer } from '@/server/mail/compose-batch'
import type { DeliveryOptions } from '@/server/mail/delivery'
import { createResendTransport } from '@/server/mail/transports/resend'
import { createMailWorker } from '@/server/mail/worker'
import { createLog } from '@/server/observability/log'
import { composeChangedEmails } from '@/server/recovery/compose-changed-emails'
import { composeResetEmails } from '@/server/recovery/compose-reset-emails'
import { EMAIL_SETTINGS } from './email-settings'

export const POLICY: RecoveryPolicy = {
  disclosure: 'conceal',
  sendCooldownSeconds: 60,
  linkTtlSeconds: 3600,
  codeTtlSeconds: 600,
  grantTtlSeconds: 300,
  passwordMinLength: 8,
  passwordHash: 'argon2id',
  rateLimitScale: 1_000_000,
  sendEvents: false,
}

export const SECRETS = ['the application secret of these tests'] as const

/** Far longer than one batch takes on any machine. A test moves the worker's clock instead of waiting this long. */
export const TEST_LEASE_MS = 120_000

/** The timing of workers in tests. Polls and pauses are short; the limits on work are long, for slow machines. */
export const TEST_TIMING = {
  poll: 50,
  gather: 10,
  callTimeout: TEST_LEASE_MS / 4,
  lease: TEST_LEASE_MS,
  backoff: 50,
  longestBackoff: 400,
}

/** A worker that sends through the real SDK to RESEND_BASE_URL, on the real clock unless `now` is given. */
export function createRealWorker(
  db: Database,
  options: Partial<DeliveryOptions> & { onClaimed?: () => Promise<void> } = {},
) {
  const { onClaimed = async () => {}, ...given } = options
  const composer =
    (
      compose: (ctx: Parameters<typeof composeResetEmails>[0], batch: Parameters<Composer>[0]) => ReturnType<Composer>,
    ) =>
    async (batch: Parameters<Composer>[0], now: Date) => {
      await onClaimed()
      return compose({ db, now, policy: POLICY, secrets: SECRETS, ...EMAIL_SETTINGS }, batch)
    }
  return createMailWorker({
    db,
    sendEvents: false,
    log: createLog('silent'),
    transport: createResendTransport({ apiKey: 're_test', from: 'Latchkey <accounts@example.com>' }),
    composers: {
      'password-reset': composer(composeResetEmails),
      'password-changed': composer(composeChangedEmails),
    },
    ...given,
  })
}
