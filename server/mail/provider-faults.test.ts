import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createTestDatabase } from '@/server/testing/database'
import { startMailWorkerPair, WAIT_MS } from '@/server/testing/mail-worker-pair'
import { PROVIDER_FAULTS } from '@/server/testing/provider-faults'

vi.setConfig({ testTimeout: WAIT_MS, hookTimeout: WAIT_MS })

/** Two workers as processes of their own: every request that is committed is mailed, and none is mailed twice. */

const { db, url } = await createTestDatabase()
const pair = await startMailWorkerPair(db, url)
afterAll(pair.stop)
beforeEach(pair.reset)

describe('a provider that fails', () => {
  it.each(PROVIDER_FAULTS)('with %s: no email is lost and none is sent twice', async (_, fault) => {
    pair.resend.fail([fault, fault])
    await pair.expectEachMailedOnce(await pair.request(30))
    expect(pair.resend.calls.length).toBeGreaterThanOrEqual(3)
  })
})

describe('a worker that is killed', () => {
  it.each<[string, () => Promise<string[]>]>([
    ['after it claimed a batch', () => pair.killAt('claimed', 30)],
    ['during a call', () => pair.killInCall({ accepted: false }, 30)],
    ['during a call that the provider accepted', () => pair.killInCall({ accepted: true }, 30)],
    ['after acceptance, before it records it', () => pair.killAt('accepted', 30)],
  ])('%s: no email is lost and none is sent twice', async (_, requestAndKill) => {
    await pair.expectEachMailedOnce(await requestAndKill())
  })
})
