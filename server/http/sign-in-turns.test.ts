import { EventEmitter } from 'node:events'
import type { IncomingMessage, Server } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { takeSignInsInTurns } from './sign-in-turns'

/** A server that records the requests that it starts. */
function recordingServer() {
  const server = new EventEmitter() as Server
  const started: string[] = []
  server.on('request', ({ url }: { url: string }) => started.push(url))
  const networkOf = ({ headers }: IncomingMessage) => headers?.from ?? ''
  takeSignInsInTurns(server, networkOf)
  takeSignInsInTurns(server, networkOf)
  const response = () => ({ destroyed: false })
  const send = (url: string, to = response(), from = '') => {
    server.emit('request', { url, headers: { from } }, to)
    return to
  }
  const post = (url: string) => server.emit('request', { method: 'POST', url }, response())
  const signIn = (n: number, from = '') => send(`/api/trpc/session.signIn?${n}`, response(), from)
  return { server, started, send, post, signIn }
}

const numbers = (started: string[]) => started.map((url) => url.split('?')[1])

it('starts every other request at once, and sign-ins one by one in the order of arrival', async () => {
  const { started, send, signIn } = recordingServer()
  for (let n = 0; n < 3; n++) signIn(n)
  send('/healthz')
  expect(started).toEqual(['/healthz'])
  const counts: number[] = []
  for (let turn = 0; turn < 6; turn++) {
    await setImmediate()
    counts.push(started.length)
  }
  expect(Math.max(...counts.map((count, n) => count - (counts[n - 1] ?? 1)))).toBe(1)
  expect(numbers(started.slice(1))).toEqual(['0', '1', '2'])
})

it('gives each network its turn before another has its second one', async () => {
  const { started, signIn } = recordingServer()
  for (const n of [0, 1, 2]) signIn(n, 'crowd')
  signIn(3, 'one')
  for (const n of [4, 5]) signIn(n, 'two')
  await setImmediate()
  signIn(6, 'three')
  while (started.length < 7) await setImmediate()
  expect(numbers(started)).toEqual(['0', '3', '4', '1', '6', '5', '2'])
})

it('treats the form of the sign-in page as a sign-in', async () => {
  const { started, post, send } = recordingServer()
  post('/sign-in/?0')
  post('/forgot-password?1')
  send('/sign-in?2')
  expect(numbers(started)).toEqual(['1', '2'])
  await setImmediate()
  await setImmediate()
  expect(numbers(started)).toEqual(['1', '2', '0'])
})

it.each(['/api/trpc/session%2EsignIn', '/api/trpc/%73ession.signIn', '/api/trpc/session%2esign%49n/'])(
  'recognizes a sign-in whose path is escaped: %s',
  async (path) => {
    const { started, send } = recordingServer()
    for (const n of [0, 1]) send(`${path}?${n}`)
    send('/api/trpc/%?2')
    expect(numbers(started)).toEqual(['2'])
    await setImmediate()
    await setImmediate()
    expect(numbers(started)).toEqual(['2', '0', '1'])
  },
)

it('lets connections and other requests go first, but for no more than 50 ms', async () => {
  const { server, started, signIn } = recordingServer()
  signIn(0)
  await setImmediate()
  signIn(1)
  const [from, waited]: [number, string[]] = [performance.now(), []]
  while (started.length < 2 && performance.now() - from < 1_000) {
    server.emit('connection', {})
    waited.push(`${started.length}`)
    await setImmediate()
  }
  expect(started).toHaveLength(2)
  expect(waited.length).toBeGreaterThan(2)
})

it('drops sign-ins whose client has gone', async () => {
  const { started, signIn } = recordingServer()
  const responses = [0, 1, 2].map((n) => signIn(n))
  for (const response of responses.slice(0, 2)) response.destroyed = true
  await setImmediate()
  expect(numbers(started)).toEqual(['2'])
})
