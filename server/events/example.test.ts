import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import getPort from 'get-port'
import { beforeEach, expect, it, onTestFinished } from 'vitest'
import { eventOutbox } from '@/server/db/schema'
import { createTestDatabase } from '@/server/testing/database'
import { createEventFixture } from '@/server/testing/event-fixture'
import { newEventsSecret } from '@/server/testing/event-receiver'
import { waitUntil } from '@/server/testing/mail-worker-pair'
import { kill } from '@/server/testing/program'
import { createEventPost } from './post-event'

const { db } = await createTestDatabase()
beforeEach(() => db.delete(eventOutbox))
const ROOT = path.resolve(import.meta.dirname, '../..')

it('the Node.js example of docs/events.md accepts events, and refuses those signed with another secret', async () => {
  const { fixture, secret, deliver, queue, rows } = await createEventFixture(db)
  const [, example] = /```js\n(.*?)```/s.exec(readFileSync(path.join(ROOT, 'docs/events.md'), 'utf8')) ?? []
  const port = await getPort()
  const child = spawn(process.execPath, ['--input-type=module', '--eval', example ?? ''], {
    cwd: ROOT,
    stdio: 'ignore',
    env: { ...process.env, EVENTS_SECRET: secret, PORT: String(port) },
  })
  onTestFinished(() => kill(child))
  const url = `http://127.0.0.1:${port}/`
  await waitUntil(async () => (await fetch(url, { method: 'POST', body: '{}' })).status === 400, 'the example listens')
  const signedWith = (...secrets: string[]) => {
    const post = createEventPost({ url, secrets })
    // The example compares with the clock of the machine.
    return { post: ((event, _, signal) => post(event, new Date(), signal)) as typeof post }
  }
  await queue(1)
  await deliver(signedWith(newEventsSecret()))
  expect(await rows()).toMatchObject([{ status: 'queued', reason: 'answered 400' }])
  fixture.clock.advance(5)
  await deliver(signedWith(newEventsSecret(), secret))
  expect(await rows()).toMatchObject([{ status: 'delivered' }])
})
