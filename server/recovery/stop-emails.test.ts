import { eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { identifierSchema } from '@/server/core/schemas'
import { stopEmailsTokenOf } from '@/server/core/secrets'
import { mailSuppressions } from '@/server/db/schema'
import { changeAccount, OTHER_PASSWORD } from '@/server/testing/accounts'
import { otherClient } from '@/server/testing/code-fixture'
import { createTestDatabase } from '@/server/testing/database'
import { tokenIn } from '@/server/testing/emails'
import { APP_URL, createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { refusalOf } from '@/server/testing/refusal'
import { issueLink } from './issue-link'
import { resetPassword } from './reset-password'
import { secureAccount } from './secure-account'
import { allowEmails, stopEmails } from './stop-emails'

const { db } = await createTestDatabase()

/** An account with a reset email, and the token of the line that stops further ones. */
async function createStopFixture() {
  const fixture = createRecoveryFixture(db)
  const account = await fixture.account()
  const email = await fixture.mailed(account)
  const token = /\/stop-emails\?token=([\w-]+)/.exec(email?.text ?? '')?.[1] as string
  const link = { kind: 'link' as const, token: tokenIn(email) }
  return {
    fixture,
    account,
    token,
    link,
    stop: (given = token) => stopEmails(fixture.ctx(otherClient()), { token: given }),
    allow: (given = token) => allowEmails(fixture.ctx(otherClient()), { token: given }),
    /** A stranger asks once more. Returns how many emails the account has had. */
    async emailsAfterRequest() {
      fixture.clock.advance(60)
      await fixture.request(account.email, otherClient())
      await fixture.deliver()
      return fixture.mailbox.to(account.email).length
    },
  }
}

describe('the line that stops reset emails', () => {
  it('stops them for 24 hours, and the link of the email keeps working', async () => {
    const { fixture, account, link, stop, emailsAfterRequest } = await createStopFixture()
    const { until } = await stop()
    expect(until.getTime() - fixture.clock.now().getTime()).toBe(24 * 3600 * 1000)
    expect(await emailsAfterRequest()).toBe(1)
    await resetPassword(fixture.ctx(otherClient()), { secret: link, password: OTHER_PASSWORD })
    await fixture.deliver()
    expect(fixture.mailbox.to(account.email).at(-1)?.subject).toContain('changed')
    expect(await fixture.eventsOf(account)).toContain('emails-stopped')
    fixture.clock.advance(24 * 3600)
    expect(await emailsAfterRequest()).toBe(3)
  })

  it('can be taken back with the same token', async () => {
    const { fixture, account, stop, allow, emailsAfterRequest } = await createStopFixture()
    await stop()
    await allow()
    expect(await emailsAfterRequest()).toBe(2)
    expect(await fixture.eventsOf(account)).toContain('emails-allowed')
  })

  it('works only with the token of an email, and names no other secret', async () => {
    const { fixture, account, token, link, stop } = await createStopFixture()
    const [row] = await fixture.outbox()
    const forged = stopEmailsTokenOf(fixture.secrets[0], row?.id as string, Buffer.alloc(32))
    const altered = `${token.slice(0, -2)}${token.endsWith('AA') ? 'BB' : 'AA'}`
    for (const given of [forged, altered, link.token, '', 'x'.repeat(64), token.slice(0, 63), `${token}A`])
      expect(await refusalOf(stop(given))).toMatchObject({ code: 'link-unknown' })
    expect(
      await refusalOf(resetPassword(fixture.ctx(), { secret: { kind: 'link', token }, password: OTHER_PASSWORD })),
    ).toMatchObject({ code: 'link-unknown' })
    expect(await db.select().from(mailSuppressions).where(eq(mailSuppressions.accountId, account.id))).toEqual([])
  })

  it('belongs to the address that the email went to: a new address gets emails', async () => {
    const { fixture, account, stop } = await createStopFixture()
    await stop()
    const email = `new-${account.email}`
    await changeAccount(db, account, { email })
    fixture.clock.advance(60)
    await fixture.request(email, otherClient())
    await fixture.deliver()
    expect(fixture.mailbox.to(email)).toHaveLength(1)
  })

  it('neither replaces nor lifts a complaint', async () => {
    const { fixture, account, stop, allow } = await createStopFixture()
    await db.insert(mailSuppressions).values({
      accountId: account.id,
      address: account.email,
      kind: 'complained',
      since: fixture.clock.now(),
    })
    await stop()
    await allow()
    const rows = await db.select().from(mailSuppressions).where(eq(mailSuppressions.accountId, account.id))
    expect(rows).toMatchObject([{ kind: 'complained', until: null }])
  })

  it('of one email stops them for 24 hours, and cannot prolong that', async () => {
    const { fixture, account, stop, emailsAfterRequest } = await createStopFixture()
    const { until } = await stop()
    fixture.clock.advance(23 * 3600)
    expect(await stop()).toEqual({ until })
    fixture.clock.advance(3600)
    expect(await refusalOf(stop())).toMatchObject({ code: 'link-unknown' })
    expect(await emailsAfterRequest()).toBe(2)
    expect(fixture.mailbox.to(account.email)).toHaveLength(2)
  })

  it('does not keep a trusted back end from handing out a link, which is not emailed', async () => {
    const { fixture, account, stop } = await createStopFixture()
    await stop()
    fixture.clock.advance(2 * 3600)
    const given = { account: identifierSchema.parse(account.email), form: 'v1' as const, appUrl: APP_URL }
    expect((await issueLink(fixture.ctx(otherClient()), given)).link).not.toBeNull()
    fixture.clock.advance(60)
    await fixture.deliver()
    expect(fixture.mailbox.to(account.email)).toHaveLength(1)
  })

  it('does not keep the owner from securing the account', async () => {
    const { fixture, account, link, stop } = await createStopFixture()
    await stop()
    await resetPassword(fixture.ctx(otherClient()), { secret: link, password: OTHER_PASSWORD })
    await fixture.deliver()
    const changed = fixture.mailbox.to(account.email).at(-1)
    await secureAccount(fixture.ctx(otherClient()), { token: tokenIn(changed) })
    await fixture.deliver()
    expect(fixture.mailbox.to(account.email).at(-1)?.text).toContain('/api/accounts/forgot_password?token=')
  })
})
