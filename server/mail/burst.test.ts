import { randomUUID } from 'node:crypto'
import { expect, it, onTestFinished, vi } from 'vitest'
import { identifierSchema } from '@/server/core/schemas'
import { mailOutbox } from '@/server/db/schema'
import { requestReset } from '@/server/recovery/request-reset'
import { addTestAccounts } from '@/server/testing/accounts'
import { newClientNetworks } from '@/server/testing/client-address'
import { createClock } from '@/server/testing/clock'
import { createTestDatabase } from '@/server/testing/database'
import { type RateLimit, startFakeResend } from '@/server/testing/fake-resend'
import { createRealWorker, POLICY, SECRETS } from '@/server/testing/mail-worker'

vi.setConfig({ testTimeout: 120_000 })

const { db } = await createTestDatabase()

/** A worker and a fake Resend that use the same clock, which moves only when a test moves it. */
async function start(rateLimit?: RateLimit) {
  const clock = createClock()
  const resend = await startFakeResend({ rateLimit, now: clock.now })
  vi.stubEnv('RESEND_BASE_URL', resend.url)
  const worker = createRealWorker(db, { now: clock.now, timing: { gather: 0, callTimeout: 60_000, lease: 240_000 } })
  onTestFinished(async () => {
    vi.useRealTimers()
    await worker.stop()
    await resend.close()
    vi.unstubAllEnvs()
    await db.delete(mailOutbox)
  })
  const request = (email: string) =>
    requestReset(
      {
        db,
        now: clock.now(),
        requester: { networks: newClientNetworks(), device: null, requestId: randomUUID() },
        policy: POLICY,
        secrets: SECRETS,
        wakeMailWorker: worker.wake,
      },
      { account: identifierSchema.parse(email) },
    )
  return { clock, resend, worker, request }
}

async function addAccounts(count: number): Promise<string[]> {
  return (await addTestAccounts(db, count)).map(({ email }) => email)
}

it('a thousand requests at once are mailed once each, within 15 seconds of waiting, at two calls per second', async () => {
  const { clock, resend, worker, request } = await start({ calls: 2, perMs: 1000 })
  const addresses = await addAccounts(1000)
  await Promise.all(addresses.map(request))
  let waitedMs = 0
  for (let pausedMs = await worker.drain(); pausedMs > 0; pausedMs = await worker.drain()) {
    waitedMs += pausedMs
    clock.advance(pausedMs / 1000)
  }

  expect(waitedMs).toBeLessThan(15_000)
  expect(resend.accepted.map((email) => email.to[0]).sort()).toEqual(addresses.sort())
  // The provider says when the limit is reached, so hardly any call exceeds it. After one, its pause is kept.
  const refused = resend.calls.filter((call) => call.status === 429)
  for (const call of refused) {
    const next = resend.calls[resend.calls.indexOf(call) + 1]
    expect((next?.at.getTime() ?? Number.POSITIVE_INFINITY) - call.at.getTime()).toBeGreaterThanOrEqual(990)
  }
  expect(refused.length).toBeLessThanOrEqual(1)
  expect(resend.calls.length).toBeLessThanOrEqual(20)
})

it('an idle worker sends a request at once: no timer has to end between the request and its acceptance', async () => {
  const { resend, worker, request } = await start()
  const addresses = await addAccounts(21)
  // The worker's timers never end. What is sent is sent because the request woke the worker.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  worker.start()
  await worker.drain()
  for (const address of addresses) {
    await request(address)
    await resend.waitForEmail((email) => email.to[0] === address)
    await worker.drain()
  }
  expect(resend.calls).toHaveLength(addresses.length)
})
