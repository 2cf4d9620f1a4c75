import { like } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { forgotPassword } from '@/server/contracts/accounts/handlers'
import { rateLimits } from '@/server/db/schema'
import { SOCKET_ADDRESS_HEADER } from '@/server/http/client-address'
import { API_ORIGIN, createApiClient, stubApiEnvironment } from '@/server/testing/api-client'
import { createTestDatabase } from '@/server/testing/database'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'

const { db, url } = await createTestDatabase()
stubApiEnvironment(url)

it('one click on an emailed link counts once against open-link', async () => {
  const fixture = createRecoveryFixture(db)
  fixture.clock.synchronize()
  const { token } = await fixture.mailedLink(await fixture.account())

  const browser = { accept: 'text/html', [SOCKET_ADDRESS_HEADER]: '2001:db8:1:2::3' }
  const clicked = new Request(`${API_ORIGIN}/api/accounts/forgot_password?token=${token}`, { headers: browser })
  const redirect = await forgotPassword.GET(clicked, { params: Promise.resolve({}) })
  expect(redirect.headers.get('location')).toBe(`${API_ORIGIN}/reset-password`)

  const cookie = redirect.headers.getSetCookie().map((line) => line.split(';')[0])
  const page = createApiClient({ ...browser, cookie: cookie.join('; ') })
  expect((await page.query('recovery.linkState')).data).toMatchObject({ state: 'live' })

  const counts = await db.select().from(rateLimits).where(like(rateLimits.bucket, '%network 2001:db8:1:2::/64'))
  expect(counts.map(({ bucket, count }) => [bucket.split(' ')[0], count]).sort()).toEqual([
    ['open-link', 1],
    ['show-reset-form', 1],
  ])
})
