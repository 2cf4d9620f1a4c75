import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { identifierSchema } from '@/server/core/schemas'
import { newRequestId } from '@/server/core/secrets'
import { codeLockouts } from '@/server/db/schema'
import { claimBatch } from '@/server/mail/claim-batch'
import { composeResetEmails } from '@/server/recovery/compose-reset-emails'
import { openLink } from '@/server/recovery/open-link'
import { requestReset } from '@/server/recovery/request-reset'
import { resetPassword } from '@/server/recovery/reset-password'
import { verifyCode } from '@/server/recovery/verify-code'
import { changeAccount, PASSWORD, signInTo, storedHash, type TestAccount } from '@/server/testing/accounts'
import { otherClient } from '@/server/testing/code-fixture'
import { createTestDatabase } from '@/server/testing/database'
import { EMAIL_SETTINGS } from '@/server/testing/email-settings'
import { codeIn, tokenIn } from '@/server/testing/emails'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { refusalOf } from '@/server/testing/refusal'

const { db } = await createTestDatabase()

/** Accounts that share one email address, and what to do with its emails. */
async function withSharedAddress(count: number) {
  const fixture = createRecoveryFixture(db)
  const email = `household-${randomUUID()}@example.com`
  const accounts: TestAccount[] = []
  for (let n = 0; n < count; n++) accounts.push(await fixture.account({ email }))
  const emails = () => fixture.mailbox.to(email)
  /** The account that an email names. Every email names exactly one. */
  function ownerOf({ text }: { text: string }): TestAccount {
    const owners = accounts.filter(({ username }) => text.includes(username))
    expect(owners).toHaveLength(1)
    return owners[0] as TestAccount
  }
  return {
    fixture,
    email,
    accounts,
    emails,
    ownerOf,
    enter: (typed: string, code: string) =>
      verifyCode(fixture.ctx(otherClient()), { account: identifierSchema.parse(typed), code }),
    emailOf: (account: TestAccount) => emails().find((one) => ownerOf(one).id === account.id),
    async request() {
      await fixture.request(email)
      await fixture.deliver()
    },
  }
}

/** A code that none of these emails has. */
function wrongCodeFor(emails: { text: string }[]): string {
  const codes = new Set(emails.map((email) => /^\d{6}$/m.exec(email.text)?.[0]))
  return ['000000', '000001', '000002', '000003', '000004', '000005'].find((code) => !codes.has(code)) as string
}

describe('accounts with one email address', () => {
  it.each([
    [2, 2],
    [5, 5],
    [7, 5],
  ])('%i of them get %i emails, each with the username of another one', async (count, mailed) => {
    const { fixture, emails, ownerOf, request } = await withSharedAddress(count)
    await request()
    expect(new Set(emails().map((email) => ownerOf(email).id)).size).toBe(mailed)
    expect(emails()).toHaveLength(mailed)
    await fixture.deliver()
    expect(emails()).toHaveLength(mailed)
  })

  it('have links of their own: each changes the password of its own account only', async () => {
    const { fixture, accounts, emails, ownerOf, request } = await withSharedAddress(3)
    await request()
    const changed = new Set<string>()
    for (const email of [...emails()]) {
      const owner = ownerOf(email)
      const secret = { kind: 'link', token: tokenIn(email) } as const
      await resetPassword(fixture.ctx(), { secret, password: `the new passphrase of ${owner.id}` })
      changed.add(owner.id)
      for (const account of accounts) {
        const password = changed.has(account.id) ? `the new passphrase of ${account.id}` : PASSWORD
        await signInTo(fixture.ctx(), account, password)
      }
    }
    await fixture.deliver()
    const notices = emails().filter(({ subject }) => /password was changed/i.test(subject))
    expect(new Set(notices.map((email) => ownerOf(email).id))).toEqual(changed)
    expect(notices).toHaveLength(3)
  })

  it('have links that do not work with the id of another one of them', async () => {
    const { fixture, email, accounts, emails, ownerOf } = await withSharedAddress(2)
    await requestReset(fixture.ctx(), { account: identifierSchema.parse(email), form: 'views' })
    await fixture.deliver()
    for (const one of emails()) {
      const token = /\/([\w-]{43})\/$/m.exec(one.text)?.[1] as string
      for (const { id } of accounts) {
        const opened = openLink(fixture.ctx(), { kind: 'link', token, accountId: id })
        if (id === ownerOf(one).id) await opened
        else expect(await refusalOf(opened)).toEqual({ code: 'link-unknown' })
      }
    }
  })

  it('have codes of their own, which all work for the address, also for the five of seven that were mailed', async () => {
    const { fixture, email, accounts, emails, ownerOf, request, enter } = await withSharedAddress(7)
    await request()
    // Every row moves, so that the database would return the accounts in another order.
    for (const account of [...accounts].reverse()) await changeAccount(db, account, { fullName: 'Grace Example' })
    for (const one of [...emails()]) {
      const owner = ownerOf(one)
      const { grant } = await enter(email, codeIn(one))
      const hashes = await Promise.all(accounts.map((account) => storedHash(db, account)))
      await resetPassword(fixture.ctx(), { secret: { kind: 'grant', token: grant }, password: `of ${owner.id} now` })
      const after = await Promise.all(accounts.map((account) => storedHash(db, account)))
      const changed = accounts.filter((_, n) => hashes[n] !== after[n])
      expect(changed.map(({ id }) => id)).toEqual([owner.id])
      fixture.clock.advance(61) // each right code was a wrong one for the other accounts
    }
  })

  it('are all protected by each three wrong codes for the address', async () => {
    const { fixture, email, accounts, emails, request, enter } = await withSharedAddress(3)
    await request()
    const wrongCode = wrongCodeFor(emails())
    for (const triesLeft of [2, 1, 0]) expect(await refusalOf(enter(email, wrongCode))).toMatchObject({ triesLeft })
    expect(await refusalOf(enter(email, codeIn(emails()[0])))).toMatchObject({ code: 'code-blocked' })
    for (const one of emails()) {
      for (const { username } of accounts) {
        expect(await refusalOf(enter(username, codeIn(one)))).toMatchObject({ code: expect.stringMatching(/^code-/) })
      }
    }
    const subjects = new Set(accounts.map(({ id }) => `account ${id}`))
    const counts = (await db.select().from(codeLockouts)).filter(({ subject }) => subjects.has(subject))
    expect(counts.map(({ tries, blocks }) => [tries, blocks])).toEqual(accounts.map(() => [3, 1]))
    fixture.clock.advance(61)
    await enter(email, codeIn(emails()[0]))
  })

  it('give the owner of one of them no more tries for the others', async () => {
    const { email, accounts, emails, emailOf, request, enter } = await withSharedAddress(2)
    const [mine, theirs] = accounts as [TestAccount, TestAccount]
    await request()
    const wrongCode = wrongCodeFor(emails())
    for (const _ of [1, 2]) expect(await refusalOf(enter(email, wrongCode))).toMatchObject({ code: 'code-wrong' })
    // My own code clears what I am told, and is the third wrong one for the other account.
    await enter(email, codeIn(emailOf(mine)))
    for (const typed of [email, theirs.username]) {
      const refusal = await refusalOf(enter(typed, codeIn(emailOf(theirs))))
      expect(refusal).toMatchObject({ code: 'code-wrong' })
    }
  })

  it('cool down each by itself', async () => {
    const { fixture, accounts, emails, ownerOf, request } = await withSharedAddress(3)
    const [first, ...others] = accounts as [TestAccount, ...TestAccount[]]
    await fixture.request(first.username)
    await fixture.deliver()
    fixture.clock.advance(30)
    await request()
    const mailed = () => emails().map((email) => ownerOf(email).id)
    expect(mailed()[0]).toBe(first.id)
    expect(mailed().slice(1).sort()).toEqual(others.map(({ id }) => id).sort())
    fixture.clock.advance(29)
    await request()
    expect(emails()).toHaveLength(3)
    fixture.clock.advance(1)
    await request()
    expect(mailed().slice(3)).toEqual([first.id])
    fixture.clock.advance(30)
    await request()
    expect(emails()).toHaveLength(6)
  })

  it('do not disturb the other requests of a batch', async () => {
    const { fixture, email, emails } = await withSharedAddress(5)
    const others = await Promise.all(Array.from({ length: 10 }, () => fixture.account()))
    const typed = others.map((account) => account.email)
    typed.splice(5, 0, email, email, 'nobody@example.com')
    for (const one of typed) await fixture.request(one, otherClient())
    await fixture.deliver()
    for (const account of others) expect(fixture.mailbox.to(account.email)).toHaveLength(1)
    expect(emails()).toHaveLength(5)
    expect(fixture.mailbox.accepted).toHaveLength(15)
    expect(fixture.logLines.join('')).not.toMatch(/not (composed|delivered)/)
  })

  it('get one email each when two workers have requests for the address at the same time', async () => {
    const { fixture, email, emails, ownerOf } = await withSharedAddress(5)
    const batches = []
    for (let n = 0; n < 4; n++) {
      await fixture.request(email, otherClient())
      batches.push(await claimBatch(db, fixture.clock.now(), newRequestId()))
    }
    const context = { ...fixture.ctx(), ...EMAIL_SETTINGS }
    const composed = await Promise.all(batches.map((batch) => composeResetEmails(context, batch?.emails ?? [])))
    expect(composed.flat()).toHaveLength(1)
    fixture.clock.advance(300) // the leases of these batches end
    await Promise.all([fixture.worker().drain(), fixture.worker().drain()])
    expect(emails()).toHaveLength(5)
    expect(new Set(emails().map((one) => ownerOf(one).id)).size).toBe(5)
  })
})
