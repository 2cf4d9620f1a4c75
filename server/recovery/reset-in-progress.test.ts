import { describe, expect, it } from 'vitest'
import { OTHER_PASSWORD } from '@/server/testing/accounts'
import { createCodeFixture, otherClient } from '@/server/testing/code-fixture'
import { createTestDatabase } from '@/server/testing/database'
import { refusalOf } from '@/server/testing/refusal'
import { openLink } from './open-link'
import { resetPassword } from './reset-password'
import { secureAccount } from './secure-account'
import { showResetForm } from './show-reset-form'

const { db } = await createTestDatabase()

/** An account with a link and a code, and what a stranger can do to them. */
async function createProgressFixture() {
  const codes = await createCodeFixture(db)
  const { fixture, account } = codes
  return {
    ...codes,
    open: () => openLink(fixture.ctx(otherClient()), codes.link),
    redeem: (secret: Parameters<typeof resetPassword>[1]['secret']) =>
      resetPassword(fixture.ctx(otherClient()), { secret, password: OTHER_PASSWORD }),
    /** A stranger asks for another email, which is sent. Returns its link. */
    async strangerAsks() {
      fixture.clock.advance(60)
      return fixture.mailedLink(account)
    },
  }
}

describe('when a stranger asks again', () => {
  it('a link that was opened in the last ten minutes still works', async () => {
    const { fixture, link, open, strangerAsks, redeem } = await createProgressFixture()
    await open()
    fixture.clock.advance(500)
    await strangerAsks()
    const { expiresAt } = await showResetForm(fixture.ctx(otherClient()), link)
    expect(expiresAt).toEqual(new Date(fixture.clock.now().getTime() + 600_000))
    fixture.clock.advance(599)
    await redeem(link)
  })

  it('so does a link whose address only leads to the form, as those of jwt and v1 do, once the form was shown', async () => {
    const { fixture, link, strangerAsks, redeem } = await createProgressFixture()
    await showResetForm(fixture.ctx(otherClient()), link)
    await strangerAsks()
    await redeem(link)
  })

  it('it works for ten minutes, and further requests do not prolong that', async () => {
    const { fixture, link, open, strangerAsks, redeem } = await createProgressFixture()
    await open()
    await strangerAsks()
    fixture.clock.advance(480)
    await open()
    await strangerAsks()
    fixture.clock.advance(60)
    expect(await refusalOf(redeem(link))).toMatchObject({ code: 'link-superseded' })
  })

  it('a link that was not opened, or longer ago, is superseded', async () => {
    const unopened = await createProgressFixture()
    await unopened.strangerAsks()
    expect(await refusalOf(unopened.redeem(unopened.link))).toMatchObject({ code: 'link-superseded' })
    const opened = await createProgressFixture()
    await opened.open()
    opened.fixture.clock.advance(600)
    await opened.strangerAsks()
    expect(await refusalOf(opened.redeem(opened.link))).toMatchObject({ code: 'link-superseded' })
  })

  it('the grant of an entered code still works until it expires', async () => {
    const { fixture, strangerAsks, enterRightCode, redeem } = await createProgressFixture()
    const first = await enterRightCode()
    await strangerAsks()
    fixture.clock.advance(239)
    await showResetForm(fixture.ctx(otherClient()), { kind: 'grant', token: first.grant })
    await redeem({ kind: 'grant', token: first.grant })
    const late = await createProgressFixture()
    const { grant } = await late.enterRightCode()
    await late.strangerAsks()
    late.fixture.clock.advance(240)
    expect((await refusalOf(late.redeem({ kind: 'grant', token: grant }))).code).toMatch(/^grant-(?:expired|unknown)$/)
  })

  it('a link that was not opened is superseded, although the code of its email was entered', async () => {
    const { link, strangerAsks, enterRightCode, redeem } = await createProgressFixture()
    await enterRightCode()
    await strangerAsks()
    expect(await refusalOf(redeem(link))).toMatchObject({ code: 'link-superseded' })
  })

  it('the code of the earlier email does not work any more', async () => {
    const { open, strangerAsks, enterRightCode } = await createProgressFixture()
    await open()
    await strangerAsks()
    expect(await refusalOf(enterRightCode(otherClient()))).toMatchObject({ code: 'code-wrong' })
  })

  it('the newer email works too, so that a mail scanner which opens links locks no owner out', async () => {
    const { open, strangerAsks, redeem, link } = await createProgressFixture()
    await open()
    const newer = await strangerAsks()
    await redeem(newer)
    expect((await refusalOf(redeem(link))).code).toMatch(/^link-(?:superseded|expired)$/)
  })

  it('of the two links, only one changes the password', async () => {
    const { open, strangerAsks, redeem, link } = await createProgressFixture()
    await open()
    const newer = await strangerAsks()
    const both = await Promise.allSettled([redeem(link), redeem(newer)])
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })
})

it('securing an account ends a reset in progress too', async () => {
  const { fixture, account, strangerAsks, redeem } = await createProgressFixture()
  await redeem(await strangerAsks())
  await fixture.deliver()
  const changed = fixture.mailbox.to(account.email).at(-1)
  const token = /secure-account\?token=([\w-]+)/.exec(changed?.text ?? '')?.[1] as string
  fixture.clock.advance(60)
  const first = await fixture.mailedLink(account)
  await openLink(fixture.ctx(otherClient()), first)
  const second = await strangerAsks()
  await secureAccount(fixture.ctx(otherClient()), { token })
  for (const link of [first, second])
    expect((await refusalOf(redeem(link))).code).toMatch(/^link-(?:superseded|expired)$/)
})
