import { afterAll, describe, expect, it } from 'vitest'
import { identifierSchema } from '@/server/core/schemas'
import { codeDigestOf, codeOf, digestOf, linkTokenOf, newRequestId, seedOf } from '@/server/core/secrets'
import { passwordResetTokens } from '@/server/db/schema'
import { EMAILS_PER_ACCOUNT } from '@/server/limits/limits'
import { claimBatch } from '@/server/mail/claim-batch'
import { composeResetEmails } from '@/server/recovery/compose-reset-emails'
import { issueLink } from '@/server/recovery/issue-link'
import { openLink } from '@/server/recovery/open-link'
import { verifyCode } from '@/server/recovery/verify-code'
import { changeAccount } from '@/server/testing/accounts'
import { otherClient } from '@/server/testing/code-fixture'
import { createRecordedDatabase, createTestDatabase } from '@/server/testing/database'
import { EMAIL_SETTINGS } from '@/server/testing/email-settings'
import { codeIn, tokenIn } from '@/server/testing/emails'
import { setProvider } from '@/server/testing/legacy-members'
import { APP_URL, createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { refusalOf } from '@/server/testing/refusal'

const { db, url } = await createTestDatabase()
const recorded = createRecordedDatabase(url)
afterAll(() => recorded.close())

/** The digests that a row with this seed has if its link and code exist. */
const derivedFrom = (secret: string, seed: Buffer, id: string) => ({
  link: digestOf(linkTokenOf(secret, seed)),
  code: codeDigestOf(secret, id, codeOf(secret, seed)),
})

/** A person who signs in with Google and has no password. */
async function withProvider(passwordHash: string | null = null) {
  const fixture = createRecoveryFixture(db)
  const account = await fixture.account({ passwordHash })
  await setProvider(db, account, 'google')
  return { fixture, account, emails: () => fixture.mailbox.to(account.email) }
}

describe('a person who signs in with an identity provider and has no password', () => {
  it('gets an email that names the provider and has no link and no code', async () => {
    const { fixture, account, emails } = await withProvider()
    await fixture.mailed(account)
    const [email] = emails()
    expect(emails()).toHaveLength(1)
    for (const body of [email?.text, email?.html]) {
      expect(body).toContain('Google')
      expect(body).toContain(account.username)
      expect(body).not.toMatch(/token=|\/reset-password/)
    }
    expect(email?.text).not.toMatch(/\b\d{6}\b/)
    const rows = await db.select().from(passwordResetTokens)
    expect(rows).toHaveLength(1)
    for (const row of rows) {
      const { code, link } = derivedFrom(fixture.secrets[0], seedOf(row), row.id)
      expect([row.tokenHash.equals(link), row.codeHash.equals(code)]).toEqual([false, false])
    }
  })

  it('gets one email in a cooldown, and at most five a day', async () => {
    const { fixture, account, emails } = await withProvider()
    await fixture.mailed(account)
    fixture.clock.advance(59)
    await fixture.mailed(account)
    expect(emails()).toHaveLength(1)
    for (let n = 0; n < EMAILS_PER_ACCOUNT.budget + 2; n++) {
      fixture.clock.advance(60)
      await fixture.mailed(account)
    }
    expect(emails()).toHaveLength(EMAILS_PER_ACCOUNT.budget)
    fixture.clock.advance(EMAILS_PER_ACCOUNT.windowSeconds)
    await fixture.mailed(account)
    expect(emails()).toHaveLength(EMAILS_PER_ACCOUNT.budget + 1)
  })

  it('cannot be given a link by a trusted back end either', async () => {
    const { fixture, account } = await withProvider()
    const request = { account: identifierSchema.parse(account.email), form: 'v1' as const, appUrl: APP_URL }
    expect(await issueLink(fixture.ctx(), request)).toEqual({ link: null })
  })

  it('has no use for a link from before the password was removed', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account()
    const email = await fixture.mailed(account)
    await setProvider(db, account, 'google')
    await changeAccount(db, account, { passwordHash: null })
    expect(await refusalOf(openLink(fixture.ctx(), { kind: 'link', token: tokenIn(email) }))).toEqual({
      code: 'link-expired',
    })
  })

  it('gets a link if there is a password as well', async () => {
    const { fixture, account, emails } = await withProvider('$2a$04$a.hash')
    await fixture.mailed(account)
    expect(emails()[0]?.text).not.toContain('Google')
    await openLink(fixture.ctx(), { kind: 'link', token: tokenIn(emails()[0]) })
  })
})

it('a stranger sees no difference between all kinds of accounts: the same answers after the same statements', async () => {
  const { fixture, account: withoutPassword } = await withProvider()
  const [known, resigned, withoutEmail, withoutNames] = [
    await fixture.account(),
    await fixture.account({ active: false }),
    await fixture.account({ email: null }),
    await fixture.account({ username: null, fullName: null }),
  ]
  const shared = [await fixture.account(), await fixture.account({ email: known.email })]
  const addresses = [known, withoutPassword, resigned, withoutNames].map(({ email }) => email)
  const usernames = [withoutPassword, resigned, withoutEmail, ...shared].map(({ username }) => username)
  const observed: Record<'address' | 'username', string[]> = { address: [], username: [] }
  for (const one of [...addresses, 'nobody@example.com', ...usernames, 'nobody']) {
    await fixture.request(one, otherClient())
    await fixture.deliver()
    const stranger = createRecoveryFixture(recorded.db)
    const answers = []
    recorded.statements.length = 0
    const { id, ...answer } = await stranger.request(one)
    expect(id).toMatch(/^[0-9a-f-]{36}$/)
    expect(recorded.statements).toHaveLength(1)
    answers.push(answer)
    for (let n = 0; n < 4; n++) {
      const statements = recorded.statements.length
      answers.push(
        await refusalOf(verifyCode(stranger.ctx(), { account: identifierSchema.parse(one), code: 'wrong!' })),
      )
      expect(recorded.statements.length - statements).toBeLessThanOrEqual(2)
    }
    observed[one.includes('@') ? 'address' : 'username'].push(JSON.stringify([answers, recorded.statements]))
  }
  expect(new Set(observed.address).size).toBe(1)
  expect(new Set(observed.username).size).toBe(1)
})

describe('an account with gaps', () => {
  it('without an email address gets no email, and its request ends like one for an unknown account', async () => {
    const fixture = createRecoveryFixture(db)
    for (const email of [null, '', '-']) {
      const account = await fixture.account({ email })
      await fixture.request(account.username, otherClient())
      await fixture.deliver()
    }
    expect(fixture.mailbox.accepted).toEqual([])
    expect(fixture.logLines.join('')).not.toMatch(/not (composed|delivered)/)
  })

  it('without names is recovered by link and by code, and no email says "null"', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account({ username: null, fullName: null, picture: null })
    const email = await fixture.mailed(account)
    await openLink(fixture.ctx(), { kind: 'link', token: tokenIn(email) })
    await verifyCode(fixture.ctx(), { account: identifierSchema.parse(account.email), code: codeIn(email) })
    for (const body of [email?.text, email?.html]) expect(body).not.toMatch(/null|undefined/)
  })

  it('that is inactive gets no email', async () => {
    const fixture = createRecoveryFixture(db)
    const account = await fixture.account({ active: false })
    expect(await fixture.mailed(account)).toBeUndefined()
  })
})

it('a person without a password gets one email when two workers have requests of theirs at the same time', async () => {
  const { fixture, account, emails } = await withProvider()
  const batches = []
  for (let n = 0; n < 2; n++) {
    await fixture.request(account.email, otherClient())
    batches.push(await claimBatch(db, fixture.clock.now(), newRequestId()))
  }
  const context = { ...fixture.ctx(), ...EMAIL_SETTINGS }
  const composed = await Promise.all(batches.map((batch) => composeResetEmails(context, batch?.emails ?? [])))
  expect(composed.flat()).toHaveLength(1)
  fixture.clock.advance(300) // the leases of these batches end
  await fixture.deliver()
  expect(emails()).toHaveLength(1)
})
