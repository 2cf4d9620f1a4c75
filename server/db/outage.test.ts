import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { afterAll, afterEach, expect, it, vi } from 'vitest'
import { createTestDatabase } from '@/server/testing/database'
import { createSwitchableProxy } from '@/server/testing/switchable-proxy'
import { createDatabase, type Database, isOutage, runStatement } from './client'
import { pauseAfter } from './connector'
import { sql } from './sql'

const { directUrl: url } = await createTestDatabase()
const proxy = await createSwitchableProxy(url)
afterAll(proxy.close)
afterEach(() => void vi.useRealTimers())

const one = (db: Database) => runStatement<{ one: number }>(db, sql`select 1 as one`)

/** Runs 20 statements at once, some times in a row. Returns how many succeeded, and the errors of the others. */
async function runMany(db: Database, times = 1) {
  const outcomes: PromiseSettledResult<unknown>[] = []
  for (let n = 0; n < times; n++) {
    outcomes.push(...(await Promise.allSettled(Array.from({ length: 20 }, () => one(db)))))
  }
  const errors = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
  return { succeeded: outcomes.length - errors.length, errors }
}

it.each(['refuse', 'close', 'starting'] as const)(
  'while the server answers by "%s", one connection is tried after each pause, all statements fail, and it recovers',
  async (behaviour) => {
    const { db, close } = createDatabase(proxy.url)
    await Promise.all(Array.from({ length: 20 }, () => one(db)))
    // The clock of the pauses moves only when it is advanced, so statements can fail only without waiting for one.
    vi.useFakeTimers({ toFake: ['performance'] })
    await proxy.become(behaviour)
    const before = proxy.attempts()
    // The pauses are 250, 500 and 1000 ms, up to a quarter shorter.
    const advances = [
      [0, 1],
      [187, 1],
      [63, 2],
      [374, 2],
      [126, 3],
      [749, 3],
      [251, 4],
    ] as const
    for (const [ms, attempts] of advances) {
      vi.advanceTimersByTime(ms)
      const { succeeded, errors } = await runMany(db, 5)
      expect(succeeded).toBe(0)
      expect(errors.every(isOutage)).toBe(true)
      // When nothing listens, the proxy cannot count.
      if (behaviour !== 'refuse') expect([ms, proxy.attempts() - before]).toEqual([ms, attempts])
    }

    await proxy.become('forward')
    vi.advanceTimersByTime(5_000)
    await one(db)
    expect(await runMany(db)).toEqual({ succeeded: 20, errors: [] })
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
  const silent = createServer((socket) => void sockets.add(socket.on('error', () => {}).resume()))
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const { port } = silent.address() as { port: number }
  const { db, close } = createDatabase(`postgres://u@127.0.0.1:${port}/d?connect_timeout=2`)
  vi.useFakeTimers({ toFake: ['performance'] })
  await expect(one(db)).rejects.toSatisfy(isOutage)

  let held: Promise<unknown> = Promise.resolve()
  let heldHasFailed = false
  /** Starts a statement. Resolves with true when it is the one whose connection is tried. */
  const startHeld = () => {
    const connected = once(silent, 'connection').then(() => true)
    held = one(db).catch((error: unknown) => {
      heldHasFailed = true
      return error
    })
    return Promise.race([connected, held.then(() => false)])
  }
  do {
    heldHasFailed = false
    vi.advanceTimersByTime(250)
  } while (!(await startHeld()))

  const { succeeded, errors } = await runMany(db)
  // The others took milliseconds. The one that is held fails after the two seconds of connect_timeout.
  expect(heldHasFailed).toBe(false)
  expect(succeeded).toBe(0)
  expect(errors.every(isOutage)).toBe(true)
  expect(sockets.size).toBe(2)
  for (const socket of sockets) socket.destroy()
  expect(await held).toSatisfy(isOutage)
  await close()
  silent.close()
})
