import { expect, it, vi } from 'vitest'
import type { Requester } from './core/context'
import { createLogCapture } from './testing/log-capture'
import { splitHash } from './testing/range-api'

const { log, lines } = createLogCapture()
const requester: Requester = { networks: [{ name: '192.0.2.1', width: 'ipv4/32' }], device: null, requestId: 'r' }
vi.mock('./observability/log', async (original) => ({
  ...(await original<typeof import('./observability/log')>()),
  log: () => log,
}))

vi.stubEnv('EMBEDDED_DATABASE', '1')
vi.stubEnv('DATABASE_URL', 'postgres://127.0.0.1:1/none') // never connected to
vi.stubEnv('APP_SECRET', 'the application secret of these tests')
vi.stubEnv('BREACHED_PASSWORDS', 'on')
vi.stubEnv('BREACHED_PASSWORDS_URL', 'http://127.0.0.1:2/range/') // nothing listens there

it('a kind of password hash that cannot be verified is logged once, whichever request meets it', async () => {
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

it('a service for breached passwords that cannot be used is logged once, without any part of the hash', async () => {
  lines.length = 0
  const { contextFor } = await import('./runtime')
  for (const password of ['a passphrase', 'another passphrase']) {
    expect(await contextFor(requester).isBreached?.(password)).toBe(false)
  }
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ level: 40, reason: 'ECONNREFUSED' }),
  ])
  const hashes = ['a passphrase', 'another passphrase'].flatMap(splitHash)
  for (const part of hashes) expect(lines.join()).not.toContain(part)
})
