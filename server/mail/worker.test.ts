import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createDatabase } from '@/server/db/client'
import { mailOutbox } from '@/server/db/schema'
import { resetPassword } from '@/server/recovery/reset-password'
import { OTHER_PASSWORD } from '@/server/testing/accounts'
import { createTestDatabase } from '@/server/testing/database'
import { createResendFixture } from '@/server/testing/resend-fixture'
import { claimBatch } from './claim-batch'
import { LEASE_SECONDS } from './outbox'
import type { MailTransport } from './transport'

const { db, directUrl } = await createTestDatabase()
beforeEach(() => db.delete(mailOutbox))
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllEnvs()
})

describe('sending', () => {
  it('makes calls of up to a hundred emails, each to its one recipient', async () => {
    const { resend, worker, requestResets, statuses } = await createResendFixture(db)
    const addresses = await requestResets(230)
    await worker().drain()
    expect(resend.calls.map((call) => JSON.parse(call.body).length)).toEqual([100, 100, 30])
    expect(new Set(resend.calls.map((call) => call.key)).size).toBe(3)
    expect(resend.accepted.map((email) => email.to)).toEqual(addresses.map((address) => [address]))
    expect(await statuses()).toEqual(['sent'])
  })

  it("names the sender, marks the email as automatic, and records the provider's id", async () => {
    const { fixture, resend, worker, requestResets } = await createResendFixture(db)
    await requestResets(1)
    await worker().drain()
    const [email] = resend.accepted
    expect(email).toMatchObject({
      from: 'Latchkey <accounts@example.com>',
      headers: { 'Auto-Submitted': 'auto-generated' },
      html: expect.stringContaining('</html>'),
      text: expect.stringContaining('https://'),
    })
    expect(await fixture.outbox()).toMatchObject([
      { status: 'sent', providerId: email?.id, sentAt: fixture.clock.now() },
    ])
  })

  it('sends emails of every kind', async () => {
    const { fixture, resend, worker } = await createResendFixture(db)
    const [account, other] = [await fixture.account(), await fixture.account()]
    await resetPassword(fixture.ctx(), { secret: await fixture.mailedLink(account), password: OTHER_PASSWORD })
    await fixture.request('unknown@example.com')
    await fixture.request(other.email)
    await worker().drain()
    expect(resend.accepted.map((email) => email.to[0]).sort()).toEqual([account.email, other.email].sort())
  })
})

describe('two workers at once', () => {
  it('send every email once', async () => {
    const { resend, worker, requestResets } = await createResendFixture(db)
    const addresses = await requestResets(250)
    await Promise.all([worker().drain(), worker().drain(), worker().drain()])
    expect(resend.accepted).toHaveLength(250)
    expect(new Set(resend.accepted.map((email) => email.to[0]))).toEqual(new Set(addresses))
  })

  it('send every email once while the provider fails', async () => {
    const { fixture, resend, worker, requestResets, statuses } = await createResendFixture(db)
    await requestResets(150)
    resend.fail([
      { kind: 'reset', accepted: true },
      { kind: 'error', status: 500 },
      { kind: 'html', accepted: true },
    ])
    for (let n = 0; n < 6; n++) {
      await Promise.all([worker().drain(), worker().drain()])
      fixture.clock.advance(80)
    }
    expect(resend.accepted).toHaveLength(150)
    expect(await statuses()).toEqual(['sent'])
  })
})

describe('a worker that dies', () => {
  it('after a claim: another sends the same batch when the lease has ended', async () => {
    const { fixture, resend, worker, requestResets } = await createResendFixture(db)
    const addresses = await requestResets(3)
    const batch = await claimBatch(db, fixture.clock.now(), randomUUID())
    await worker().drain()
    expect(resend.calls).toEqual([])
    fixture.clock.advance(LEASE_SECONDS)
    await worker().drain()
    expect(resend.calls.map((call) => call.key)).toEqual([batch?.id])
    expect(resend.accepted.map((email) => email.to[0])).toEqual(addresses)
  })

  it('after the provider accepted: no email is sent twice', async () => {
    const { fixture, resend, transport, worker, requestResets, statuses } = await createResendFixture(db)
    await requestResets(3)
    // Dies after the provider's answer, before recording it.
    const dying: MailTransport = {
      async send(...call) {
        await transport.send(...call)
        return new Promise(() => {})
      },
    }
    void fixture.worker(dying).drain()
    await resend.waitForEmail(() => resend.accepted.length === 3)
    fixture.clock.advance(LEASE_SECONDS)
    await worker().drain()
    expect(resend.accepted).toHaveLength(3)
    expect(resend.calls[1]?.body).toBe(resend.calls[0]?.body)
    expect(await statuses()).toEqual(['sent'])
  })
})

describe('a running worker', () => {
  /** Stops the worker's timers, and no others. */
  const stopTimers = () => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })

  it('sends as soon as it is woken', async () => {
    stopTimers()
    const { resend, worker, requestResets } = await createResendFixture(db)
    const theWorker = worker()
    theWorker.start()
    await theWorker.drain()
    const [address] = await requestResets(1)
    theWorker.wake()
    await resend.waitForEmail((email) => email.to[0] === address)
  })

  it('finds what another process has queued within a second', async () => {
    stopTimers()
    const { resend, worker, requestResets } = await createResendFixture(db)
    const theWorker = worker()
    theWorker.start()
    await theWorker.drain()
    const [address] = await requestResets(1)
    await vi.advanceTimersByTimeAsync(1000)
    await resend.waitForEmail((email) => email.to[0] === address)
  })

  it('continues after the database has dropped its connection', async () => {
    const { resend, worker, requestResets } = await createResendFixture(db)
    const own = createDatabase(directUrl, { maxConnections: 1 })
    const theWorker = worker({ db: own.db })
    onTestFinished(own.close)
    theWorker.start()
    await theWorker.drain()
    const [backend] = await own.db.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`)
    await db.execute(sql`select pg_terminate_backend(${backend?.pid})`)
    const [address] = await requestResets(1)
    theWorker.wake()
    await resend.waitForEmail((email) => email.to[0] === address)
  })
})

describe('a worker that is stopped', () => {
  it('waits for the call that runs and records its outcome', async () => {
    const { resend, worker, requestResets, statuses } = await createResendFixture(db)
    await requestResets(1)
    resend.fail({ kind: 'hang' })
    const theWorker = worker()
    theWorker.start()
    await resend.waitForCalls(1)
    const stopped = theWorker.stop()
    resend.release()
    await stopped
    expect(await statuses()).toEqual(['sent'])
  })

  it('gives back a batch whose call does not end, which another sends once, and at once', async () => {
    const { resend, worker, requestResets, statuses } = await createResendFixture(db)
    await requestResets(2)
    resend.fail({ kind: 'hang', accepted: true })
    const theWorker = worker({ timing: { gather: 0, stopTimeout: 1 } })
    theWorker.start()
    await resend.waitForCalls(1)
    await theWorker.stop()
    await worker().drain()
    expect(resend.accepted).toHaveLength(2)
    expect(resend.calls.map((call) => call.key)).toEqual([resend.calls[0]?.key, resend.calls[0]?.key])
    expect(await statuses()).toEqual(['sent'])
  })

  it('claims nothing more', async () => {
    const { resend, worker, requestResets, statuses } = await createResendFixture(db)
    const theWorker = worker()
    theWorker.start()
    await theWorker.stop()
    await requestResets(1)
    theWorker.wake()
    await theWorker.drain()
    expect(resend.calls).toEqual([])
    expect(await statuses()).toEqual(['queued'])
  })
})
