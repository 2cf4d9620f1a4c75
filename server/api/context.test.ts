import { describe, expect, it, vi } from 'vitest'
import { createTestDatabase } from '@/server/testing/database'
import { createApiContext, sessionTokenOf } from './context'

const { url } = await createTestDatabase()
vi.stubEnv('DATABASE_URL', url)
vi.stubEnv('APP_URL', 'https://accounts.example.com')
vi.stubEnv('APP_SECRET', 'the application secret of these tests')
vi.stubEnv('RESEND_API_KEY', 're_test')
vi.stubEnv('MAIL_FROM', 'accounts@example.com')

const tokenOf = (headers: Record<string, string>) => sessionTokenOf(new Headers(headers))

describe('a session token', () => {
  it('is the bearer token, or else the cookie', () => {
    const cookie = '__Host-latchkey-session=from-cookie'
    expect(tokenOf({ cookie })).toBe('from-cookie')
    expect(tokenOf({ authorization: 'Bearer from-header' })).toBe('from-header')
    expect(tokenOf({ authorization: 'bearer from-header', cookie })).toBe('from-header')
    expect(tokenOf({})).toBeNull()
  })

  it.each(['Basic dXNlcjpwYXNz', 'Bearer', 'Bearer ', 'Bearer a b', 'Token x', 'xBearer y'])(
    'is not read from another kind of header: %j',
    (authorization) => {
      expect(tokenOf({ authorization })).toBeNull()
    },
  )
})

it('looks a session up at the first use and only once', async () => {
  const context = createApiContext(new Headers({ authorization: `Bearer ${'x'.repeat(43)}` }), new Headers())
  const statements = vi.spyOn(context.recovery.db.$client, 'unsafe')
  expect(statements).not.toHaveBeenCalled()
  expect(await Promise.all([context.session(), context.session()])).toEqual([null, null])
  expect(statements).toHaveBeenCalledOnce()
})
