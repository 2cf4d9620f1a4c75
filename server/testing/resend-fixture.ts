import { onTestFinished, vi } from 'vitest'
import type { Database } from '@/server/db/client'
import { mailOutbox } from '@/server/db/schema'
import { createResendTransport } from '@/server/mail/transports/resend'
import { addTestAccounts } from './accounts'
import { newClientNetworks } from './client-address'
import { type FakeResendOptions, startFakeResend } from './fake-resend'
import { createRecoveryFixture } from './recovery-fixture'

/** A recovery fixture whose workers send through the real SDK to a fake Resend, all on the same clock. */
export async function createResendFixture(db: Database, options: FakeResendOptions = {}) {
  const fixture = createRecoveryFixture(db)
  const resend = await startFakeResend({ now: fixture.clock.now, ...options })
  onTestFinished(() => resend.close())
  vi.stubEnv('RESEND_BASE_URL', resend.url)
  const transport = createResendTransport({ apiKey: 're_test', from: 'Latchkey <accounts@example.com>' })
  return {
    fixture,
    resend,
    transport,

    worker(over: Parameters<typeof fixture.worker>[1] = {}) {
      const worker = fixture.worker(transport, over)
      onTestFinished(() => worker.stop())
      return worker
    },

    /** Adds accounts and requests a reset for each, a millisecond apart. Returns their email addresses in that order. */
    async requestResets(count: number): Promise<string[]> {
      const accounts = await addTestAccounts(db, count)
      const requester = () => ({ ...fixture.ctx().requester, networks: newClientNetworks() })
      const requests = accounts.map(({ email }, n) =>
        fixture.request(email, { requester: requester(), now: new Date(fixture.clock.now().getTime() + n) }),
      )
      await Promise.all(requests)
      fixture.clock.advance(count / 1000)
      return accounts.map((account) => account.email)
    },

    /** The distinct statuses of the rows in the outbox. */
    statuses: async () => [...new Set((await db.select().from(mailOutbox)).map((row) => row.status))],
  }
}
