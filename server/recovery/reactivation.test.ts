import { describe, expect, it } from 'vitest'
import { changeAccount, OTHER_PASSWORD, TEST_ACCOUNTS } from '@/server/testing/accounts'
import { createCodeFixture, otherClient } from '@/server/testing/code-fixture'
import { createTestDatabase } from '@/server/testing/database'
import { refusalOf } from '@/server/testing/refusal'
import { endSecretsOfChanged } from './end-changed'
import { openLink } from './open-link'
import { resetPassword } from './reset-password'

const { db } = await createTestDatabase()

/** Deactivates an account with a live link and code, does something, and activates it again. */
async function reactivated(meanwhile: (codes: Awaited<ReturnType<typeof createCodeFixture>>) => Promise<unknown>) {
  const codes = await createCodeFixture(db)
  const { fixture, account, link } = codes
  await changeAccount(db, account, { active: false })
  await meanwhile(codes)
  await changeAccount(db, account, { active: true })
  const redeem = () => resetPassword(fixture.ctx(otherClient()), { secret: link, password: OTHER_PASSWORD })
  return { ...codes, redeem }
}

describe('the links and codes of an account that was deactivated and activated again', () => {
  it('stay dead once housekeeping has seen it inactive', async () => {
    const { redeem, enterRightCode } = await reactivated(({ fixture }) => endSecretsOfChanged(fixture.ctx()))
    expect(await refusalOf(redeem())).toMatchObject({ code: 'link-expired' })
    expect(await refusalOf(enterRightCode(otherClient()))).toMatchObject({ code: 'code-wrong' })
  })

  it('stay dead once one of them was presented', async () => {
    const { redeem } = await reactivated(({ fixture, link }) => refusalOf(openLink(fixture.ctx(otherClient()), link)))
    expect(await refusalOf(redeem())).toMatchObject({ code: 'link-expired' })
  })

  if (TEST_ACCOUNTS === 'own')
    it('stay dead at once, for accounts of Latchkey itself', async () => {
      const { redeem, enterRightCode } = await reactivated(async () => {})
      expect(await refusalOf(enterRightCode(otherClient()))).toMatchObject({ code: 'code-wrong' })
      expect(await refusalOf(redeem())).toMatchObject({ code: 'link-expired' })
    })

  it('are followed by new ones that work', async () => {
    const { fixture, account } = await reactivated(({ fixture }) => endSecretsOfChanged(fixture.ctx()))
    fixture.clock.advance(60)
    const link = await fixture.mailedLink(account)
    await resetPassword(fixture.ctx(otherClient()), { secret: link, password: OTHER_PASSWORD })
  })
})

/** Gives an account with a live link and code another address, does something, and gives it the old one back. */
async function movedAndBack(meanwhile: (codes: Awaited<ReturnType<typeof createCodeFixture>>) => Promise<unknown>) {
  const codes = await createCodeFixture(db)
  const { fixture, account, link } = codes
  await changeAccount(db, account, { email: `other-${account.email}` })
  await meanwhile(codes)
  await changeAccount(db, account, { email: account.email })
  const redeem = () => resetPassword(fixture.ctx(otherClient()), { secret: link, password: OTHER_PASSWORD })
  return { ...codes, redeem }
}

describe('the links and codes of an account whose address was changed and changed back', () => {
  it('stay dead once housekeeping has seen the other address', async () => {
    const { redeem, enterRightCode } = await movedAndBack(({ fixture }) => endSecretsOfChanged(fixture.ctx()))
    expect(await refusalOf(redeem())).toMatchObject({ code: 'link-expired' })
    expect(await refusalOf(enterRightCode(otherClient()))).toMatchObject({ code: 'code-wrong' })
  })

  it('stay dead once one of them was presented', async () => {
    const { redeem } = await movedAndBack(({ fixture, link }) => refusalOf(openLink(fixture.ctx(otherClient()), link)))
    expect(await refusalOf(redeem())).toMatchObject({ code: 'link-expired' })
  })

  if (TEST_ACCOUNTS === 'own')
    it('die at once, for accounts of Latchkey itself', async () => {
      const { redeem, enterRightCode } = await movedAndBack(async () => {})
      expect(await refusalOf(enterRightCode(otherClient()))).toMatchObject({ code: 'code-wrong' })
      expect(await refusalOf(redeem())).toMatchObject({ code: 'link-expired' })
    })
})

it('housekeeping leaves the links of active accounts alone', async () => {
  const { fixture, link } = await createCodeFixture(db)
  expect(await endSecretsOfChanged(fixture.ctx())).toBe(0)
  await resetPassword(fixture.ctx(), { secret: link, password: OTHER_PASSWORD })
})
