import { sql } from 'drizzle-orm'
import { afterAll, beforeEach, expect, it, vi } from 'vitest'
import { startTemporaryPostgres } from '@/scripts/embedded-postgres'
import { createDatabase } from '@/server/db/client'
import { startMailWorkerPair, WAIT_MS, waitUntil } from '@/server/testing/mail-worker-pair'
import { migrateTestDatabase } from '@/server/testing/migrate-test-database'
import { PROVIDER_FAULTS } from '@/server/testing/provider-faults'

vi.setConfig({ testTimeout: 2 * WAIT_MS, hookTimeout: WAIT_MS })

/** Two workers, a provider that fails, and a PostgreSQL of their own that is restarted under them. */

const server = await startTemporaryPostgres()
await migrateTestDatabase(server.url)
const { db, close } = createDatabase(server.url)
const pair = await startMailWorkerPair(db, server.url)

afterAll(async () => {
  await pair.stop()
  await close()
  await server.stop()
})
beforeEach(pair.reset)

/** Restarts PostgreSQL on the same port with the same data. Every connection is cut. */
async function restartPostgres() {
  await server.restart()
  await waitUntil(async () => (await db.execute(sql`select 1`)).length === 1, 'the database answers')
  // A batch whose worker could not record its outcome is claimed again after its lease.
  pair.passLease()
}

it('a restart of PostgreSQL during a call loses no email and sends none twice', async () => {
  pair.resend.fail({ kind: 'hang', accepted: true })
  const addresses = await pair.request(30)
  await pair.resend.waitForCalls(1, () => true, WAIT_MS)
  await restartPostgres()
  pair.resend.release()
  await pair.expectEachMailedOnce(addresses)
})

/** mulberry32: a random generator that gives the same numbers on every run. */
function seeded(seed: number) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const shuffled = <T>(items: T[], random: () => number): T[] =>
  items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)

/** Emails of each incident. */
const EACH = process.env.TEST_ALL ? 100 : 30

it(`all faults together, shuffled: each of ${5 * EACH} emails is sent once`, async () => {
  const random = seeded(20_261_120)
  const faults = PROVIDER_FAULTS.map(([, fault]) => fault)
  const incidents: (() => Promise<string[]>)[] = [
    () => pair.killAt('claimed', EACH),
    () => pair.killInCall({ accepted: true }, EACH),
    () => pair.killAt('accepted', EACH),
    async () => {
      const addresses = await pair.request(EACH)
      await restartPostgres()
      return addresses
    },
    () => pair.request(EACH),
  ]
  const addresses: string[] = []
  for (const incident of shuffled(incidents, random)) {
    pair.resend.fail(shuffled(faults, random).slice(0, 3))
    addresses.push(...(await incident()))
  }
  await pair.expectEachMailedOnce(addresses)
  expect(addresses).toHaveLength(5 * EACH)
})
