import { expect, it, vi } from 'vitest'
import type { Requester } from './core/context'
import { createLogCapture } from './testing/log-capture'

const { log, lines } = createLogCapture()
const requester: Requester = { networks: [{ name: '192.0.2.1', width: 'ipv4/32' }], device: null, requestId: 'r' }
vi.mock('./observability/log', async (original) => ({
  ...(await original<typeof import('./observability/log')>()),
  log: () => log,
}))

it('a kind of password hash that cannot be verified is logged once, whichever request meets it', async () => {
  vi.stubEnv('EMBEDDED_DATABASE', '1')
  vi.stubEnv('DATABASE_URL', 'postgres://127.0.0.1:1/none') // never connected to
  vi.stubEnv('APP_SECRET', 'the application secret of these tests')
  const { contextFor } = await import('./runtime')
  for (const kind of ['$md5$', 'other', '$md5$', 'other']) {
    contextFor(requester).reportUnreadableHash?.(kind)
  }
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ level: 40, kind: '$md5$' }),
    expect.objectContaining({ level: 40, kind: 'other' }),
  ])
})

it('an alarm that goes on is logged once for each action', async () => {
  lines.length = 0
  const { contextFor } = await import('./runtime')
  for (const action of ['verify-code', 'verify-code', 'reset-password', 'verify-code']) {
    contextFor(requester).raiseAlarm?.(action)
  }
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ level: 40, action: 'verify-code' }),
    expect.objectContaining({ level: 40, action: 'reset-password' }),
  ])
})
