import type { ChildProcess } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import { eventOutbox } from '@/server/db/schema'
import { createTestDatabase } from '@/server/testing/database'
import { EVENT_TIMING, queueEvents } from '@/server/testing/event-fixture'
import { newEventsSecret, startEventReceiver } from '@/server/testing/event-receiver'
import type { Moment, Report } from '@/server/testing/event-worker-process'
import { WAIT_MS, waitUntil } from '@/server/testing/mail-worker-pair'
import { bundleProgram, kill, spawnProgram } from '@/server/testing/program'

// Longer than WAIT_MS, so that `waitUntil` fails first and names what it waited for.
vi.setConfig({ testTimeout: 3 * WAIT_MS })

const { db, url } = await createTestDatabase()
const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'latchkey-events-'))
afterAll(() => fs.rm(folder, { recursive: true }))
const program = await bundleProgram('event-worker-process.ts', folder)
beforeEach(() => db.delete(eventOutbox))

/** A receiver, and workers that are processes of their own. All clocks are moved by `passLease`. */
async function createKillFixture() {
  let offsetMs = 0
  const secret = newEventsSecret()
  const now = () => new Date(Date.now() + offsetMs)
  const receiver = await startEventReceiver({ secret, now })
  onTestFinished(() => receiver.close())

  /** Starts a worker, which waits for ever at this moment. */
  async function start(waitAt: Moment | '' = '') {
    const variables = { DATABASE_URL: url, EVENTS_URL: receiver.url, EVENTS_SECRET: secret, WAIT_AT: waitAt }
    const child = await spawnProgram(program, { ...variables, CLOCK_OFFSET_MS: String(offsetMs) })
    onTestFinished(() => kill(child))
    let isWaiting = false
    child.on('message', (report: Report) => {
      isWaiting ||= 'waitingAt' in report
    })
    child.send('start')
    const reached = () => waitUntil(() => isWaiting, `a worker that waits at "${waitAt}"`)
    return { child, reached }
  }

  return {
    receiver,
    start,
    queue: (count: number) => queueEvents(db, count, now()),
    passLease() {
      offsetMs += EVENT_TIMING.lease
    },
    /** Expects that every event is delivered, and that each of its calls had the same id and body. */
    async expectDelivered(ids: string[], callsOfEach: number) {
      const statuses = async () => (await db.select().from(eventOutbox)).map(({ status }) => status)
      await waitUntil(async () => (await statuses()).every((status) => status === 'delivered'), 'all are delivered')
      expect(receiver.events()).toHaveLength(receiver.calls.length)
      const calls = receiver.calls.map(({ id, body }) => `${id} ${body}`)
      expect(new Set(calls).size).toBe(ids.length)
      expect(calls.length).toBe(callsOfEach * ids.length)
      expect(new Set(receiver.calls.map(({ id }) => id))).toEqual(new Set(ids))
    },
  }
}

async function killed(child: ChildProcess) {
  await kill(child)
  expect(child.signalCode).toBe('SIGKILL')
}

it.each<[what: string, waitAt: Moment, callsOfEach: number]>([
  ['after the claim', 'claimed', 1],
  ['after the application answered', 'answered', 2],
])('a worker that is killed %s: another one delivers the event under the same id', async (_, waitAt, callsOfEach) => {
  const { start, queue, passLease, expectDelivered } = await createKillFixture()
  const ids = await queue(1)
  const { child, reached } = await start(waitAt)
  await reached()
  await killed(child)
  passLease()
  await start()
  await expectDelivered(ids, callsOfEach)
})

it('a worker that is killed while the application works: another one delivers the events under the same ids', async () => {
  const { receiver, start, queue, passLease, expectDelivered } = await createKillFixture()
  receiver.answerWith('hang')
  const ids = await queue(3)
  const { child } = await start()
  await waitUntil(() => receiver.calls.length === 3, 'the receiver has all three')
  await killed(child)
  receiver.answerWith(204)
  passLease()
  await start()
  await expectDelivered(ids, 2)
})

it('two processes deliver each of a hundred events once', async () => {
  const { start, queue, expectDelivered } = await createKillFixture()
  const ids = await queue(100)
  await Promise.all([start(), start()])
  await expectDelivered(ids, 1)
})
