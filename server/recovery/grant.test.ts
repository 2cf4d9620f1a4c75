import { describe, expect, it } from 'vitest'
import { OTHER_PASSWORD } from '@/server/testing/accounts'
import { createCodeFixture } from '@/server/testing/code-fixture'
import { createTestDatabase } from '@/server/testing/database'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { refusalOf } from '@/server/testing/refusal'
import { openLink } from './open-link'
import { resetPassword } from './reset-password'

const { db } = await createTestDatabase()

type Fixture = ReturnType<typeof createRecoveryFixture>

const redeem = (fixture: Fixture, token: string) =>
  resetPassword(fixture.ctx(), { secret: { kind: 'grant', token }, password: OTHER_PASSWORD })

describe('a grant', () => {
  it('sets a password once', async () => {
    const { fixture, enterRightCode } = await createCodeFixture(db)
    const { grant } = await enterRightCode()
    await openLink(fixture.ctx(), { kind: 'grant', token: grant })
    await redeem(fixture, grant)
    expect(await refusalOf(redeem(fixture, grant))).toEqual({ code: 'grant-unknown' })
  })

  it('works for exactly five minutes', async () => {
    const { fixture, enterRightCode } = await createCodeFixture(db)
    const { grant } = await enterRightCode()
    fixture.clock.advance(300)
    expect(await refusalOf(redeem(fixture, grant))).toEqual({ code: 'grant-expired' })
    fixture.clock.advance(-1)
    await redeem(fixture, grant)
  })

  it('stops working when the link of the same email is used', async () => {
    const { fixture, link, enterRightCode } = await createCodeFixture(db)
    const { grant } = await enterRightCode()
    await resetPassword(fixture.ctx(), { secret: link, password: OTHER_PASSWORD })
    expect(await refusalOf(redeem(fixture, grant))).toEqual({ code: 'grant-unknown' })
  })

  it('is not accepted as a link, nor a link as a grant', async () => {
    const { fixture, link, enterRightCode } = await createCodeFixture(db)
    expect(await refusalOf(redeem(fixture, link.token))).toEqual({ code: 'grant-unknown' })
    const { grant } = await enterRightCode()
    expect(await refusalOf(openLink(fixture.ctx(), { kind: 'link', token: grant }))).toEqual({ code: 'link-unknown' })
  })

  it.each(['', 'null', ' ', 'A'.repeat(59), 'A'.repeat(60), 'A'.repeat(61), '-'.repeat(60), 'A'.repeat(2 ** 20)])(
    'is unknown if it was never issued (%#)',
    async (token) => {
      expect(await refusalOf(redeem(createRecoveryFixture(db), token))).toEqual({ code: 'grant-unknown' })
    },
  )
})
