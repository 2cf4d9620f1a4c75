import { sql } from 'drizzle-orm'
import { NEW_PASSWORD, type TestAccount } from './accounts'
import { expireGrant } from './code-actions'
import { expect } from './fixtures'
import { choosePassword, codeField, containing, expectHeading, passwordField } from './page-actions'
import {
  changePassword,
  expectAlert,
  expectText,
  openedState,
  openLink,
  type PageState,
  pause,
  press,
  requestEmail,
  type Visit,
} from './state-visit'
import { waitUntilHydrated } from './wait-until-hydrated'
import { holdWaitingLink } from './waiting-link'

/** Enters the code of an email, and waits for the form for a new password. */
async function enterCode(visit: Visit) {
  const requested = await requestEmail(visit)
  await codeField(visit.page, visit.words).fill(requested.code)
  await expectHeading(visit.page, visit.words('resetPassword.title'))
  return requested
}

/** Marks the newest email of an account as used. */
const useSecrets = ({ db }: Visit, { username }: TestAccount) =>
  db.execute(sql`update latchkey.password_reset_tokens set used_at = now()
    where account_id = (select id::text from latchkey.users where username = ${username})`)

/** Leaves the browser without the cookies of its recovery. */
const loseSecrets = ({ page }: Visit) => page.context().clearCookies({ name: /^(?!latchkey-language$)/ })

const reloadTo = async ({ page }: Visit, title: string) => {
  await page.reload()
  await expectHeading(page, title)
}

/** The form for a new password, what it answers, and why it may not be shown. */
export const NEW_PASSWORD_PAGE: PageState[] = [
  {
    name: 'new-password',
    title: 'New password',
    open: async (visit) => {
      await openLink(visit)
    },
  },
  {
    name: 'new-password-typed',
    title: 'New password, while it is typed',
    open: async (visit) => {
      await openLink(visit)
      await passwordField(visit.page, visit.words).pressSequentially('plum')
      // The estimate is loaded once typing begins.
      await expectText(visit.page, visit.words('resetPassword.strength', { level: 'common' }))
    },
  },
  {
    name: 'new-password-refused',
    title: 'New password, errors at the fields',
    open: async (visit) => {
      await openLink(visit)
      await choosePassword(visit.page, 'plum river', 'plum rivers', visit.words)
      await expectText(visit.page, visit.words('errors.passwords-differ'))
      await expectText(visit.page, visit.words('resetPassword.strength', { level: 'good' }))
    },
  },
  {
    name: 'new-password-timed-out',
    title: 'New password, out of time',
    open: async (visit) => {
      const { account } = await enterCode(visit)
      await expireGrant(visit.db, account)
      await choosePassword(visit.page, NEW_PASSWORD, NEW_PASSWORD, visit.words)
      await expectAlert(visit.page, visit.words('errors.grant-expired'))
    },
  },
  {
    name: 'new-password-refused-timed-out',
    title: 'New password, error at a field and out of time',
    unpictured: true,
    open: async (visit) => {
      const { page, words } = visit
      await page.clock.install()
      await enterCode(visit)
      await choosePassword(page, 'short', 'short', words)
      const error = containing(words('errors.password-too-short', { limit: 8 }))
      await expect(passwordField(page, words)).toHaveAccessibleDescription(error)
      await waitUntilHydrated(page)
      await page.clock.fastForward('05:01')
      await expectAlert(page, words('errors.grant-expired'))
    },
  },
  {
    name: 'new-password-other-link',
    title: 'New password, another link was opened',
    open: async (visit) => {
      await openLink(visit)
      await loseSecrets(visit)
      await choosePassword(visit.page, NEW_PASSWORD, NEW_PASSWORD, visit.words)
      await expectAlert(visit.page, visit.words('errors.secret-changed'))
    },
  },
  {
    name: 'password-changed',
    title: 'Password changed',
    open: async (visit) => {
      await changePassword(visit, NEW_PASSWORD)
    },
  },
  openedState('new-password-without-link', 'New password without a link', '/reset-password', (words) =>
    words('deadLink.missing.title'),
  ),
  {
    name: 'code-timed-out',
    title: 'Code that was entered too long ago',
    open: async (visit) => {
      const { account } = await enterCode(visit)
      await expireGrant(visit.db, account)
      await reloadTo(visit, visit.words('deadLink.grant-expired.title'))
    },
  },
  {
    name: 'code-used',
    title: 'Code that was used',
    open: async (visit) => {
      const { account } = await enterCode(visit)
      await useSecrets(visit, account)
      await reloadTo(visit, visit.words('deadLink.grant-unknown.title'))
    },
  },
  {
    name: 'link-waiting',
    title: 'Link that has to wait',
    open: async (visit) => {
      await openLink(visit)
      await loseSecrets(visit)
      await choosePassword(visit.page, NEW_PASSWORD, NEW_PASSWORD, visit.words)
      await expectAlert(visit.page, visit.words('errors.secret-changed'))
      await holdWaitingLink(visit.page)
      await press(visit.page, visit.words('retry.reload'))
      await expectHeading(visit.page, visit.words('refusedLink.too-many-requests.title'))
    },
  },
  {
    name: 'link-frozen',
    title: 'Link of a frozen account',
    open: async (visit) => {
      const { account, link } = await requestEmail(visit)
      await visit.db.execute(sql`insert into latchkey.frozen_accounts (account_id, since)
        select id::text, now() from latchkey.users where username = ${account.username}`)
      await visit.page.goto(link)
      await expectHeading(visit.page, visit.words('refusedLink.account-frozen.title'))
    },
  },
  ...(['all', 'links'] as const).map(
    (what): PageState => ({
      name: `link-paused-${what}`,
      title: what === 'all' ? 'Link, recovery paused' : 'Link, links paused',
      pauses: true,
      open: async (visit) => {
        const { link } = await requestEmail(visit)
        await pause(visit, what)
        await visit.page.goto(link)
        const reason = what === 'all' ? 'recovery-paused' : 'links-paused'
        await expectHeading(visit.page, visit.words(`refusedLink.${reason}.title`))
      },
    }),
  ),
  {
    name: 'new-password-codes-paused',
    title: 'New password after a code, codes paused',
    pauses: true,
    open: async (visit) => {
      await enterCode(visit)
      await pause(visit, 'codes')
      await reloadTo(visit, visit.words('refusedLink.codes-paused.title'))
    },
  },
  {
    name: 'new-password-paused',
    title: 'New password, refused while recovery is paused',
    pauses: true,
    open: async (visit) => {
      await openLink(visit)
      await pause(visit, 'all')
      await choosePassword(visit.page, NEW_PASSWORD, NEW_PASSWORD, visit.words)
      await expectAlert(visit.page, visit.words('errors.recovery-paused'))
      await press(visit.page, visit.words('field.showPassword', { field: 'new' }))
    },
  },
]
