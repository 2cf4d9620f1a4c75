import type { Logger } from 'pino'
import type { RecoveryPolicy } from '@/server/core/context'
import type { Database } from '@/server/db/client'
import type { Composer, DeliveryOptions } from '@/server/mail/delivery'
import { createResendTransport } from '@/server/mail/transports/resend'
import { createMailWorker } from '@/server/mail/worker'
import { createLog } from '@/server/observability/log'
import { composeChangedEmails, composeResetEmails } from '@/server/recovery/compose-emails'
import { APP_URL } from './recovery-fixture'

export const POLICY: RecoveryPolicy = {
  disclosure: 'conceal',
  sendCooldownSeconds: 60,
  linkTtlSeconds: 3600,
  codeTtlSeconds: 600,
  grantTtlSeconds: 300,
  passwordMinLength: 8,
  rateLimitScale: 1_000_000,
}

export const SECRETS = ['the application secret of these tests'] as const

/** A worker that goes by the real clock and sends through the real SDK, to wherever RESEND_BASE_URL leads. */
export function createRealWorker(
  db: Database,
  options: Partial<DeliveryOptions> & { onClaimed?: () => Promise<void> } = {},
) {
  const { onClaimed = async () => {}, ...given } = options
  const composer =
    (
      compose: (ctx: Parameters<typeof composeResetEmails>[0], batch: Parameters<Composer>[0]) => ReturnType<Composer>,
    ): Composer =>
    async (batch, now) => {
      await onClaimed()
      return compose({ db, now, policy: POLICY, secrets: SECRETS, appUrl: APP_URL }, batch)
    }
  const log: Logger = createLog('silent')
  const transport = createResendTransport({ apiKey: 're_test', from: 'Latchkey <accounts@example.com>' })
  const composers = {
    'password-reset': composer(composeResetEmails),
    'password-changed': composer(composeChangedEmails),
  }
  return createMailWorker({ db, transport, composers, log, ...given })
}
