import { createServer, type Socket } from 'node:net'
import { sql } from 'drizzle-orm'
import { afterAll, expect, it, vi } from 'vitest'
import { createTestDatabase } from '@/server/testing/database'
import { createSwitchableProxy } from '@/server/testing/switchable-proxy'
import { createDatabase, type Database, isOutage, runStatement } from './client'
import { pauseAfter } from './connector'

const { directUrl: url } = await createTestDatabase()
const proxy = await createSwitchableProxy(url)
afterAll(proxy.close)

const one = (db: Database) => runStatement<{ one: number }>(db, sql`select 1 as one`)

/** Runs statements without a pause for a time, 20 at once. Returns how long the slowest took, and how many succeeded. */
async function hammer(db: Database, ms: number) {
  const end = performance.now() + ms
  let slowestMs = 0
  let succeeded = 0
  const errors: unknown[] = []
  const statements = async () => {
    while (performance.now() < end) {
      const start = performance.now()
      await one(db).then(
        () => (succeeded += 1),
        (error) => errors.push(error),
      )
      slowestMs = Math.max(slowestMs, performance.now() - start)
    }
  }
  await Promise.all(Array.from({ length: 20 }, statements))
  return { slowestMs, succeeded, errors }
}

it.each(['refuse', 'close', 'starting'] as const)(
  'while the server answers by "%s", few connections are tried, statements fail at once, and it recovers within seconds',
  async (behaviour) => {
    const { db, close } = createDatabase(proxy.url)
    await Promise.all(Array.from({ length: 20 }, () => one(db)))
    await proxy.become(behaviour)
    const before = proxy.attempts()
    const { errors, succeeded, slowestMs } = await hammer(db, 1_500)
    expect(succeeded).toBe(0)
    expect(errors.every(isOutage)).toBe(true)
    expect(errors.length).toBeGreaterThan(100)
    expect(slowestMs).toBeLessThan(4_500)
    // After 0, 0.25 and 0.75 s, the pauses up to a quarter shorter; and the next, on a slow machine.
    if (behaviour !== 'refuse') expect(proxy.attempts() - before).toBeLessThanOrEqual(5)

    await proxy.become('forward')
    await vi.waitFor(() => one(db), { timeout: 30_000, interval: 50 })
    const again = await hammer(db, 100)
    expect(again.errors).toEqual([])
    await close()
  },
)

it('the pauses double from a quarter of a second to five seconds', () => {
  expect([1, 2, 3, 4, 5, 6, 20].map((failures) => pauseAfter(failures, 0))).toEqual([
    250, 500, 1000, 2000, 4000, 5000, 5000,
  ])
  expect(pauseAfter(6, 1)).toBe(3750)
})

it('a server that accepts connections and says nothing holds up one statement, not the others', async () => {
  const sockets = new Set<Socket>()
  const silent = createServer((socket) => void sockets.add(socket.on('error', () => {})))
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const { port } = silent.address() as { port: number }
  const { db, close } = createDatabase(`postgres://u@127.0.0.1:${port}/d?connect_timeout=1`)
  await expect(one(db)).rejects.toSatisfy(isOutage)
  const { errors } = await hammer(db, 500)
  expect(errors.length).toBeGreaterThan(20)
  expect(sockets.size).toBeLessThanOrEqual(3)
  await close()
  for (const socket of sockets) socket.destroy()
  silent.close()
})
