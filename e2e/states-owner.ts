import { request } from '@playwright/test'
import { sql } from 'drizzle-orm'
import { NEW_PASSWORD, PASSWORD, type TestAccount } from './accounts'
import { expect } from './fixtures'
import { expectHeading, openAccountPage } from './page-actions'
import {
  changedEmail,
  changePassword,
  expectText,
  openedState,
  type PageState,
  press,
  requestEmail,
  stopLink,
  type Visit,
} from './state-visit'

/** Opens the link of the email that says that the password was changed. */
async function openSecureAccount(visit: Visit) {
  const { account } = await changePassword(visit, NEW_PASSWORD)
  const { link } = await changedEmail(visit, account)
  await visit.page.goto(link)
  await expectHeading(visit.page, visit.words('secureAccount.title'))
  return { account, link }
}

/** Opens the link at the end of a reset email. */
async function openStopEmails(visit: Visit) {
  const { account } = await requestEmail(visit)
  await visit.page.goto(await stopLink(visit, account))
  await expectHeading(visit.page, visit.words('stopEmails.title'))
}

/** Signs in on a phone too, and opens the account page. */
async function openAccount(visit: Visit) {
  const account = await visit.newAccount()
  const phone = await request.newContext({
    baseURL: visit.origin,
    userAgent:
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
  })
  const answer = await phone.post('/api/trpc/session.signIn', { data: { account: account.email, password: PASSWORD } })
  expect(answer.status()).toBe(200)
  await phone.dispose()
  await openAccountPage(visit.page, account, PASSWORD, visit.words('account.title'))
  return account
}

/** Makes the account's address one that bounces, and reloads the page. */
async function suppressEmails({ db, page, words }: Visit, { username }: TestAccount) {
  await db.execute(sql`insert into latchkey.mail_suppressions (account_id, address, kind, since)
    select id, email, 'bounced', now() from latchkey.users where username = ${username}`)
  await page.reload()
  await expectText(page, words('account.suppressionTitle'))
}

/** Ends the session without the page, and presses a button. */
async function signOutElsewhere({ page, words }: Visit) {
  await page.context().clearCookies({ name: /^(?!latchkey-language$)/ })
  await press(page, words('account.requestReset'))
  await expect(page.getByRole('link', { name: words('account.signInAgain') })).toBeVisible()
}

/** What owners of accounts do: securing them, stopping emails, and the account page. */
export const OWNER: PageState[] = [
  {
    name: 'secure-account',
    title: 'Secure account',
    open: async (visit) => {
      await openSecureAccount(visit)
    },
  },
  {
    name: 'account-secured',
    title: 'Account secured',
    open: async (visit) => {
      await openSecureAccount(visit)
      await press(visit.page, visit.words('secureAccount.submit'))
      await expectHeading(visit.page, visit.words('secureAccount.doneTitle'))
    },
  },
  {
    name: 'account-secured-address-changed',
    title: 'Account secured, its address was changed',
    open: async (visit) => {
      const { account } = await openSecureAccount(visit)
      await visit.db.execute(sql`update latchkey.users set email = ${`intruder.${account.email}`}
        where username = ${account.username}`)
      await press(visit.page, visit.words('secureAccount.submit'))
      await expectHeading(visit.page, visit.words('secureAccount.elsewhereTitle'))
    },
  },
  {
    name: 'secure-account-used',
    title: 'Secure account, link used',
    open: async (visit) => {
      const { link } = await openSecureAccount(visit)
      await press(visit.page, visit.words('secureAccount.submit'))
      await expectHeading(visit.page, visit.words('secureAccount.doneTitle'))
      await visit.page.goto(link)
      await press(visit.page, visit.words('secureAccount.submit'))
      await expectText(visit.page, visit.words('secureAccount.deadBody'))
    },
  },
  openedState('secure-account-without-link', 'Secure account without a link', '/secure-account', (words) =>
    words('secureAccount.missingTitle'),
  ),
  {
    name: 'stop-emails',
    title: 'Stop emails',
    open: openStopEmails,
  },
  {
    name: 'emails-stopped',
    title: 'Emails stopped',
    open: async (visit) => {
      await openStopEmails(visit)
      await press(visit.page, visit.words('stopEmails.submit'))
      await expectHeading(visit.page, visit.words('stopEmails.stoppedTitle'))
    },
  },
  {
    name: 'emails-allowed',
    title: 'Emails allowed again',
    open: async (visit) => {
      await openStopEmails(visit)
      await press(visit.page, visit.words('stopEmails.submit'))
      await press(visit.page, visit.words('stopEmails.allow'))
      await expectHeading(visit.page, visit.words('stopEmails.allowedTitle'))
    },
  },
  {
    name: 'stop-emails-unknown',
    title: 'Stop emails, unknown link',
    open: async ({ page, words }) => {
      await page.goto(`/stop-emails?token=${'x'.repeat(64)}`)
      await press(page, words('stopEmails.submit'))
      await expectText(page, words('stopEmails.deadBody'))
    },
  },
  openedState('stop-emails-without-link', 'Stop emails without a link', '/stop-emails', (words) =>
    words('stopEmails.missingTitle'),
  ),
  {
    name: 'account',
    title: 'Account',
    open: async (visit) => {
      await openAccount(visit)
    },
  },
  {
    name: 'account-email-sent',
    title: 'Account, email sent',
    open: async (visit) => {
      const { email } = await openAccount(visit)
      await press(visit.page, visit.words('account.requestReset'))
      await expectText(visit.page, visit.words.markup('account.requestResetSent', { email: () => email }))
    },
  },
  {
    name: 'account-without-email',
    title: 'Account, no email possible, other devices signed out',
    open: async (visit) => {
      await suppressEmails(visit, await openAccount(visit))
      await press(visit.page, visit.words('account.endOthers'))
      await expectText(visit.page, visit.words('account.endedOthers'))
    },
  },
  {
    name: 'account-without-email-signed-out',
    title: 'Account, no email possible, devices and this session signed out',
    unpictured: true,
    open: async (visit) => {
      await suppressEmails(visit, await openAccount(visit))
      await press(visit.page, visit.words('account.endOthers'))
      await expectText(visit.page, visit.words('account.endedOthers'))
      await signOutElsewhere(visit)
    },
  },
  {
    name: 'account-signed-out',
    title: 'Account, signed out elsewhere',
    open: async (visit) => {
      await openAccount(visit)
      await signOutElsewhere(visit)
    },
  },
]
