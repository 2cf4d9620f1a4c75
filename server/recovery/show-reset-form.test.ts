import { expect, it } from 'vitest'
import { createTestDatabase } from '@/server/testing/database'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { refusalOf } from '@/server/testing/refusal'
import { openLink } from './open-link'
import { showResetForm } from './show-reset-form'

const { db } = await createTestDatabase()

it('the reset form has its own limit per address, separate from opening links', async () => {
  const fixture = createRecoveryFixture(db, { policy: { rateLimitScale: 2 / 300 } })
  const link = await fixture.mailedLink(await fixture.account())
  for (let n = 0; n < 2; n++) await showResetForm(fixture.ctx(), link)
  const refused = { code: 'too-many-requests', retryAfterSeconds: 900 }
  expect(await refusalOf(showResetForm(fixture.ctx(), link))).toEqual(refused)
  await openLink(fixture.ctx(), link)
})
