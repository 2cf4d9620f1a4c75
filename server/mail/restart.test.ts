import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { mailOutbox } from '@/server/db/schema'
import { composeResetEmails } from '@/server/recovery/compose-reset-emails'
import { createTestDatabase } from '@/server/testing/database'
import { EMAIL_SETTINGS } from '@/server/testing/email-settings'
import { createResendFixture } from '@/server/testing/resend-fixture'

const { db } = await createTestDatabase()
beforeEach(() => db.delete(mailOutbox))
afterEach(() => {
  vi.unstubAllEnvs()
})

const ACME = { ...EMAIL_SETTINGS, brand: { ...EMAIL_SETTINGS.brand, name: 'Acme' } }

/** Emails whose first call failed, and a worker that was restarted with another brand. */
async function restartAfter(fault: { accepted: boolean }) {
  const { fixture, resend, worker, requestResets } = await createResendFixture(db)
  const addresses = await requestResets(3)
  resend.fail({ kind: 'reset', ...fault })
  await worker().drain()
  fixture.clock.advance(120)
  const compose = (batch: Parameters<typeof composeResetEmails>[1], now: Date) =>
    composeResetEmails({ ...fixture.ctx({ now }), ...ACME }, batch)
  await worker({ composers: { 'password-reset': compose, 'password-changed': compose } }).drain()
  const rows = await db.select().from(mailOutbox)
  return {
    addresses,
    accepted: resend.accepted,
    keys: resend.calls.map(({ key }) => key),
    statuses: rows.map(({ status }) => status),
  }
}

it('a restart with another brand sends nothing twice: the provider refuses other texts under the known key', async () => {
  const { addresses, accepted, keys, statuses } = await restartAfter({ accepted: true })
  expect(accepted.flatMap(({ to }) => to)).toEqual(addresses)
  expect(accepted.map(({ subject }) => subject)).toEqual(addresses.map(() => 'Reset your Latchkey password'))
  expect(new Set(keys).size).toBe(1)
  expect(statuses).toEqual(['sent', 'sent', 'sent'])
})

it('a restart with another brand loses nothing: emails that were not accepted get the new brand', async () => {
  const { addresses, accepted, statuses } = await restartAfter({ accepted: false })
  expect(accepted.flatMap(({ to }) => to)).toEqual(addresses)
  expect(accepted.map(({ subject }) => subject)).toEqual(addresses.map(() => 'Reset your Acme password'))
  expect(statuses).toEqual(['sent', 'sent', 'sent'])
})
