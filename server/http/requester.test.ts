import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { SERVER } from '@/server/testing/environments'
import { SOCKET_ADDRESS_HEADER } from './client-address'
import { contractRequesterOf, isTrustedBackEnd, requesterOf } from './requester'

beforeAll(() => {
  for (const [name, value] of Object.entries(SERVER)) vi.stubEnv(name, value)
})
afterAll(() => void vi.unstubAllEnvs())

it('gives every request its own id and ignores the one that a client sends', () => {
  const requestId = () => requesterOf(new Headers({ 'x-request-id': 'mine' }), 0).requestId
  expect(requestId()).toMatch(/^[0-9a-f-]{36}$/)
  expect(requestId()).not.toBe(requestId())
})

describe('a request to a contract', () => {
  const KEY = 'the-key-of-a-trusted-back-end'
  const sent = (authorization?: string) =>
    new Headers({ [SOCKET_ADDRESS_HEADER]: '192.0.2.1', ...(authorization === undefined ? {} : { authorization }) })

  it('is counted by the key if it carries the key, and by the address otherwise', () => {
    const trusted = contractRequesterOf(sent(`Bearer ${KEY}`), 0, KEY)
    expect(trusted.networks).toEqual([{ name: 'service-key', width: 'service-key' }])
    expect(isTrustedBackEnd(trusted)).toBe(true)
    for (const authorization of [
      undefined,
      '',
      'Bearer',
      `Bearer ${KEY}x`,
      `Bearer ${KEY} `.repeat(2),
      `Basic ${KEY}`,
    ]) {
      const stranger = contractRequesterOf(sent(authorization), 0, KEY)
      expect(stranger.networks.map(({ name }) => name)).toEqual(['192.0.2.1', '192.0.2.0/24'])
      expect(isTrustedBackEnd(stranger)).toBe(false)
    }
  })

  it("is a stranger's if no key is configured", () => {
    for (const none of [undefined, ''])
      expect(isTrustedBackEnd(contractRequesterOf(sent('Bearer '), 0, none))).toBe(false)
    expect(isTrustedBackEnd(contractRequesterOf(sent('Bearer undefined'), 0, undefined))).toBe(false)
  })
})
