import { describe, expect, it } from 'vitest'
import { bearerTokenOf, hasBearerToken } from './bearer-token'

const KEY = 'the-key-of-a-trusted-back-end'
const sent = (authorization?: string) => new Headers(authorization === undefined ? {} : { authorization })

describe('a bearer token', () => {
  it('is read whatever the case of the scheme', () => {
    expect(bearerTokenOf(sent(`Bearer ${KEY}`))).toBe(KEY)
    expect(bearerTokenOf(sent(`bearer  ${KEY}`))).toBe(KEY)
  })

  it.each([undefined, '', 'Bearer', 'Bearer ', 'Bearer a b', `Basic ${KEY}`, `xBearer ${KEY}`, KEY])(
    'is not read from another header value: %j',
    (authorization) => {
      expect(bearerTokenOf(sent(authorization))).toBeNull()
    },
  )

  it.each([
    [`Bearer ${KEY}`, true],
    [`Bearer ${KEY}x`, false],
    [`Bearer ${KEY.slice(0, -1)}`, false],
    [`Bearer ${KEY.toUpperCase()}`, false],
    ['Bearer x', false],
    [undefined, false],
  ])('equals the expected one only as a whole: %j', (authorization, equal) => {
    expect(hasBearerToken(sent(authorization), KEY)).toBe(equal)
  })
})
