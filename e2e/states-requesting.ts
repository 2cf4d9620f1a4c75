import { sql } from 'drizzle-orm'
import { NEW_PASSWORD } from './accounts'
import { setRequestAge } from './code-actions'
import { expect } from './fixtures'
import { accountField, containing, expectHeading, openCodePage } from './page-actions'
import {
  changePassword,
  expectAlert,
  expectText,
  openedState,
  type PageState,
  pause,
  press,
  requestEmail,
  resetEmail,
  type Visit,
} from './state-visit'

/** Opens the page that asks for an account, and sends this account. */
async function ask({ page, words }: Visit, account: string) {
  await page.goto('/forgot-password')
  await accountField(page, words).fill(account)
  await press(page, words('forgotPassword.submit'))
}

/** Asking for an email: the form, "Is this you?", and what dead links lead to. */
export const REQUESTING: PageState[] = [
  openedState('forgot-password', 'Forgot password', '/forgot-password', (words) => words('forgotPassword.title')),
  {
    name: 'forgot-password-empty',
    title: 'Forgot password, error at the field',
    open: async (visit) => {
      await ask(visit, '')
      const error = containing(visit.words('errors.identifier-missing'))
      await expect(accountField(visit.page, visit.words)).toHaveAccessibleDescription(error)
    },
  },
  {
    name: 'forgot-password-unknown',
    title: 'Forgot password, unknown account',
    open: async (visit) => {
      await ask(visit, 'unknown@example.com')
      await expectText(visit.page, visit.words('errors.account-unknown'))
    },
  },
  {
    name: 'is-this-you',
    title: 'Is this you?',
    open: async (visit) => {
      await ask(visit, (await visit.newAccount()).email)
      await expectHeading(visit.page, visit.words('confirmAccount.title'))
    },
  },
  {
    name: 'forgot-password-again',
    title: 'Forgot password, email already requested',
    open: async (visit) => {
      await requestEmail(visit)
      await visit.page.goto('/forgot-password')
      await expectText(visit.page, visit.words('forgotPassword.haveCode'))
    },
  },
  {
    name: 'forgot-password-paused',
    title: 'Forgot password, recovery paused',
    pauses: true,
    open: async (visit) => {
      await pause(visit, 'all')
      await visit.page.goto('/forgot-password')
      await expectText(visit.page, visit.words('paused.title'))
    },
  },
  {
    name: 'link-unknown',
    title: 'Link that does not exist',
    open: async ({ page, words, brand }) => {
      await page.goto(`/reset-password?token=${'x'.repeat(43)}`)
      await expectHeading(page, words('deadLink.link-unknown.title'))
      await expect(page).toHaveTitle(`${words('deadLink.link-unknown.title')} · ${brand}`)
    },
  },
  {
    name: 'link-expired',
    title: 'Link that has expired',
    open: async (visit) => {
      const { account, link } = await requestEmail(visit)
      await visit.db.execute(sql`update latchkey.password_reset_tokens
        set created_at = now() - interval '2 hours', expires_at = now() - interval '1 second'
        where account_id = (select id::text from latchkey.users where username = ${account.username})`)
      await visit.page.goto(link)
      await expectHeading(visit.page, visit.words('deadLink.link-expired.title'))
    },
  },
  {
    name: 'link-used',
    title: 'Link that was used',
    open: async (visit) => {
      const { link } = await changePassword(visit, NEW_PASSWORD)
      await visit.page.goto(link)
      await expectHeading(visit.page, visit.words('deadLink.link-used.title'))
    },
  },
  {
    name: 'link-superseded',
    title: 'Link of an older email',
    open: async (visit) => {
      const { account, link } = await requestEmail(visit)
      await setRequestAge(visit.db, account, 120)
      await openCodePage(visit.page, account.username, visit.words('code.title'))
      await resetEmail(visit, account, 2)
      await visit.page.goto(link)
      await expectHeading(visit.page, visit.words('deadLink.link-superseded.title'))
    },
  },
  {
    name: 'forgot-password-offline',
    title: 'Forgot password, not connected',
    open: async (visit) => {
      const { email } = await visit.newAccount()
      await visit.page.goto('/forgot-password')
      await visit.page.context().setOffline(true)
      await accountField(visit.page, visit.words).fill(email)
      await press(visit.page, visit.words('forgotPassword.submit'))
      await expectAlert(visit.page, visit.words('errors.network'))
    },
  },
]
