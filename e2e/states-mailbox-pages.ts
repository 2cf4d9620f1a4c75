import { NEW_PASSWORD } from './accounts'
import { expect } from './fixtures'
import { expectHeading } from './page-actions'
import { changedEmail, changePassword, expectText, type PageState, requestEmail, resetEmail } from './state-visit'

/** The development mailbox. */
export const MAILBOX_PAGES: PageState[] = [
  {
    name: 'mailbox',
    title: 'Development mailbox, emails to one address',
    open: async (visit) => {
      const { account } = await changePassword(visit, NEW_PASSWORD)
      await resetEmail(visit, account)
      await changedEmail(visit, account)
      await visit.page.goto(`/dev/mailbox?to=${account.email}`)
      await expect(visit.page.getByRole('listitem')).toHaveCount(2)
    },
  },
  {
    name: 'mailbox-all',
    title: 'Development mailbox, all emails',
    unpictured: true,
    open: async (visit) => {
      const { account } = await requestEmail(visit)
      await visit.page.goto('/dev/mailbox')
      await expect(visit.page.getByText(account.email)).toBeVisible()
    },
  },
  {
    name: 'mailbox-empty',
    title: 'Development mailbox, empty',
    open: async ({ page, words }) => {
      await page.goto('/dev/mailbox?to=ada@example.org')
      await expectText(page, words('mailbox.empty'))
    },
  },
  {
    name: 'mailbox-email',
    title: 'Development mailbox, email',
    open: async (visit) => {
      const { id } = await requestEmail(visit)
      await visit.page.goto(`/dev/mailbox/${id}`)
      await expectHeading(visit.page, visit.words('email.passwordReset.subject', { brand: visit.brand }))
    },
  },
]
