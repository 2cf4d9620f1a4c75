import type { Database } from '@/server/db/client'
import type { Composer } from '@/server/mail/compose-batch'
import type { MailTransport } from '@/server/mail/transport'
import { composeResetEmails } from '@/server/recovery/compose-reset-emails'
import { addTestAccounts } from './accounts'
import { newClientNetworks } from './client-address'
import { EMAIL_SETTINGS } from './email-settings'
import { createRecoveryFixture } from './recovery-fixture'

/** A recovery fixture, with workers that have a composer and a transport of the test's own. */
export function createDeliveryFixture(db: Database) {
  const fixture = createRecoveryFixture(db)
  const ctx = (now: Date, on: Database = db) => ({ ...fixture.ctx(), db: on, now, ...EMAIL_SETTINGS })
  const compose: Composer = (batch, now) => composeResetEmails(ctx(now), batch)
  return {
    fixture,
    compose,
    /** A worker with this composer of reset emails and this transport. */
    worker(given: { compose?: Composer; transport?: MailTransport; on?: Database } = {}) {
      const { on = db, transport = fixture.mailbox.transport } = given
      const composer = given.compose ?? ((batch, now) => composeResetEmails(ctx(now, on), batch))
      const composers = { 'password-reset': composer, 'password-changed': composer }
      return fixture.worker(transport, { db: on, composers })
    },
    /** Adds accounts and requests a reset for each, a millisecond apart; returns their addresses in that order. */
    async request(count: number) {
      const accounts = await addTestAccounts(db, count)
      const requester = () => ({ ...fixture.ctx().requester, networks: newClientNetworks() })
      const requests = accounts.map(({ email }, n) =>
        fixture.request(email, { requester: requester(), now: new Date(fixture.clock.now().getTime() + n) }),
      )
      await Promise.all(requests)
      fixture.clock.advance(count / 1000)
      return accounts.map(({ email }) => email)
    },
  }
}
