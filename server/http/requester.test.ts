import { expect, it } from 'vitest'
import { requesterOf } from './requester'

it('gives every request its own id and ignores the one that a client sends', () => {
  const requestId = () => requesterOf(new Headers({ 'x-request-id': 'mine' }), 0).requestId
  expect(requestId()).toMatch(/^[0-9a-f-]{36}$/)
  expect(requestId()).not.toBe(requestId())
})
