import { beforeEach, describe, expect, it } from 'vitest'
import { mailOutbox } from '@/server/db/schema'
import { LOCALES, type Locale } from '@/server/language/languages'
import { textsIn } from '@/server/language/texts'
import { claimBatch } from '@/server/mail/claim-batch'
import { changeAccount, OTHER_PASSWORD } from '@/server/testing/accounts'
import { createTestDatabase } from '@/server/testing/database'
import { EMAIL_SETTINGS } from '@/server/testing/email-settings'
import { tokenIn } from '@/server/testing/emails'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { composeResetEmails } from './compose-reset-emails'
import { resetPassword } from './reset-password'
import { secureAccount } from './secure-account'

const { db } = await createTestDatabase()
beforeEach(() => db.delete(mailOutbox))

/** A language of pages and another one of accounts. */
const PAGE: Locale = LOCALES.at(-1) ?? 'en'
const ACCOUNT: Locale = LOCALES.at(-2) ?? 'en'

const subjectIn = async (locale: Locale, kind: 'passwordReset' | 'passwordChanged' = 'passwordReset') =>
  (await textsIn(locale))(`email.${kind}.subject`, { brand: EMAIL_SETTINGS.brand.name })

/** A fixture whose requests come from a page in a language. */
function createPageFixture(locale: Locale | null = PAGE) {
  const fixture = createRecoveryFixture(db)
  const requester = { ...fixture.ctx().requester, locale }
  const ctx = () => fixture.ctx({ requester })
  const subjectsTo = ({ email }: { email: string }) => fixture.mailbox.to(email).map(({ subject }) => subject)
  return { fixture, ctx, subjectsTo, request: ({ email }: { email: string }) => fixture.request(email, { requester }) }
}

describe('a reset email', () => {
  it.each([
    ['of the account', ACCOUNT.replace('-', '_'), PAGE, ACCOUNT],
    ['of the page, for an account without one', null, PAGE, PAGE],
    ['of the page, for an account with one that there is no catalogue for', 'zh', PAGE, PAGE],
    ['of the deployment, for a program that says none', null, null, EMAIL_SETTINGS.defaultLocale],
  ])('is in the language %s', async (_, accountLocale, pageLocale, expected) => {
    const { fixture, request, subjectsTo } = createPageFixture(pageLocale)
    const account = await fixture.account({ locale: accountLocale })
    await request(account)
    await fixture.deliver()
    expect(subjectsTo(account)).toEqual([await subjectIn(expected)])
  })

  it('stays in the language that it was composed in, although the account and the default change before a retry', async () => {
    const { fixture, request } = createPageFixture()
    const account = await fixture.account({ locale: ACCOUNT })
    await request(account)
    const batch = await claimBatch(db, fixture.clock.now(), crypto.randomUUID())
    const first = await composeResetEmails({ ...fixture.ctx(), ...EMAIL_SETTINGS }, batch?.emails ?? [])
    expect(first).toHaveLength(1)
    await changeAccount(db, account, { locale: 'en' })
    const restarted = { ...fixture.ctx(), ...EMAIL_SETTINGS, defaultLocale: ACCOUNT }
    expect(await composeResetEmails(restarted, batch?.emails ?? [])).toEqual(first)
  })

  it('keeps the language of the page while the default changes before a retry', async () => {
    const { fixture, request } = createPageFixture()
    await request(await fixture.account())
    const batch = await claimBatch(db, fixture.clock.now(), crypto.randomUUID())
    const first = await composeResetEmails({ ...fixture.ctx(), ...EMAIL_SETTINGS }, batch?.emails ?? [])
    const restarted = { ...fixture.ctx(), ...EMAIL_SETTINGS, defaultLocale: ACCOUNT }
    expect(await composeResetEmails(restarted, batch?.emails ?? [])).toEqual(first)
  })
})

describe('the email about a changed password, and the reset email after "this wasn’t me"', () => {
  it.each([
    ['of the account', ACCOUNT, ACCOUNT],
    ['of the page, for an account without one', null, PAGE],
  ])('are in the language %s', async (_, accountLocale, expected) => {
    const { fixture, ctx, subjectsTo, request } = createPageFixture()
    const account = await fixture.account({ locale: accountLocale })
    await request(account)
    await fixture.deliver()
    const secret = { kind: 'link' as const, token: tokenIn(fixture.mailbox.to(account.email).at(-1)) }
    await resetPassword(ctx(), { secret, password: OTHER_PASSWORD })
    await fixture.deliver()
    await secureAccount(ctx(), { token: tokenIn(fixture.mailbox.to(account.email).at(-1)) })
    await fixture.deliver()
    const reset = await subjectIn(expected)
    expect(subjectsTo(account)).toEqual([reset, await subjectIn(expected, 'passwordChanged'), reset])
  })
})
