import type { Page } from '@playwright/test'
import { sql } from 'drizzle-orm'
import type { Database } from '@/server/db/client'
import type { TestAccount } from './accounts'
import { expect } from './fixtures'
import { codeIn, linkIn, waitForEmailWith } from './mailbox'
import { choosePassword, expectHeading, openCodePage } from './page-actions'
import type { Words } from './words'

/** What a state gets to bring a page into it, in any language. */
export interface Visit {
  /** A page of a browser context of its own, which asks for the language of `words`. Its baseURL is the app's origin. */
  page: Page
  words: Words
  /** The product's name, as pages and emails show it. */
  brand: string
  /** The app's origin, without a trailing slash. */
  origin: string
  db: Database
  mailboxDir: string
  /** Adds an account that only this visit uses, with the password PASSWORD. */
  newAccount: () => Promise<TestAccount>
}

/** A page in one of its states. */
export interface PageState {
  /** A short name in kebab-case, unique among all states. */
  name: string
  /** What the page shows, for people who read a list of states. */
  title: string
  /** Brings the page into the state, and resolves once it shows. */
  open: (visit: Visit) => Promise<void>
  /**
   * Pauses recovery for everyone, so nothing else may use the server meanwhile. Call `endPause` afterwards.
   */
  pauses?: true
  /** A mixture of other states, of which `npm run screenshots` takes no picture. */
  unpictured?: true
}

export const pause = ({ db }: Visit, what: 'all' | 'codes' | 'links') =>
  db.execute(sql`insert into latchkey.recovery_pauses (what, since) values (${what}, now())`)

/** Ends what `pause` began. */
export const endPause = (db: Database) => db.execute(sql`delete from latchkey.recovery_pauses`)

/** Waits for the reset email of an account, the `count`-th so far. */
export async function resetEmail({ mailboxDir }: Visit, { email }: TestAccount, count = 1) {
  const received = await waitForEmailWith(mailboxDir, email, '/api/accounts/forgot_password', count)
  return { id: received.id, code: codeIn(received), link: linkIn(received) }
}

/** Waits for the email about a changed password. Its link secures the account. */
export async function changedEmail({ mailboxDir }: Visit, { email }: TestAccount) {
  const received = await waitForEmailWith(mailboxDir, email, '/secure-account')
  return { id: received.id, link: linkIn(received) }
}

/** The link at the end of a reset email, which stops further ones. */
export async function stopLink({ mailboxDir }: Visit, { email }: TestAccount): Promise<string> {
  const { text } = await waitForEmailWith(mailboxDir, email, '/api/accounts/forgot_password')
  return /https?:\S+\/stop-emails\?token=\S+/.exec(text)?.[0] ?? ''
}

/** Requests an email and opens the code page. Returns the account, and the code and link of its email. */
export async function requestEmail(visit: Visit) {
  const account = await visit.newAccount()
  await openCodePage(visit.page, account.email, visit.words('code.title'))
  return { account, ...(await resetEmail(visit, account)) }
}

/** Requests an email and opens its link. */
export async function openLink(visit: Visit) {
  const requested = await requestEmail(visit)
  await visit.page.goto(requested.link)
  await expectHeading(visit.page, visit.words('resetPassword.title'))
  return requested
}

/** Changes the password of a new account through the link of an email. */
export async function changePassword(visit: Visit, password: string) {
  const requested = await openLink(visit)
  await choosePassword(visit.page, password, password, visit.words)
  await expectHeading(visit.page, visit.words('resetPassword.doneTitle'))
  return requested
}

/** A state that a page is in as soon as it is opened. */
export const openedState = (
  name: string,
  title: string,
  path: string,
  heading: (words: Visit['words']) => string,
): PageState => ({
  name,
  title,
  open: async ({ page, words }) => {
    await page.goto(path)
    await expectHeading(page, heading(words))
  },
})

export const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

export const expectText = (page: Page, text: string) => expect(page.getByText(text, { exact: true })).toBeVisible()

/** Expects an alert with this text. There may be other alerts. */
export const expectAlert = (page: Page, text: string) =>
  expect(page.getByRole('alert').filter({ hasText: text })).toBeVisible()
