import { sql } from 'drizzle-orm'
import { blockCountdown, endBlock, nearCodesOff, resendCountdown, wrongCode } from './code-actions'
import { expect } from './fixtures'
import { codeField, containing, expectHeading, openCodePage } from './page-actions'
import { expectAlert, expectText, type PageState, pause, press, requestEmail, type Visit } from './state-visit'

/** Enters a wrong code, and waits for the answer, which empties the field. */
async function enterWrongCode({ page, words }: Visit, right: string, turn = 1) {
  await codeField(page, words).fill(wrongCode(right, turn))
  await expect(codeField(page, words)).toHaveValue('')
}

async function block(visit: Visit) {
  const requested = await requestEmail(visit)
  for (const turn of [1, 2, 3]) await enterWrongCode(visit, requested.code, turn)
  await expect(blockCountdown(visit.page)).toBeVisible()
  return requested
}

/** Blocks codes, and waits until the page says that the block has ended. */
async function unblock(visit: Visit) {
  await visit.page.clock.install()
  const { account } = await block(visit)
  await endBlock(visit.db, account)
  await visit.page.clock.fastForward('01:01')
  await expectText(visit.page, visit.words('code.unblockedTitle'))
}

/** The page that asks for the code of an email. */
export const CODE_PAGE: PageState[] = [
  {
    name: 'code',
    title: 'Code',
    open: async (visit) => {
      await requestEmail(visit)
    },
  },
  {
    name: 'code-open-mailbox',
    title: 'Code, with a link to the mailbox',
    open: async (visit) => {
      const { username } = await visit.newAccount()
      const email = `${username}@gmail.com`
      await visit.db.execute(sql`update latchkey.users set email = ${email} where username = ${username}`)
      await openCodePage(visit.page, email, visit.words('code.title'))
      const link = visit.words('code.openMailbox', { provider: 'Gmail' })
      await expect(visit.page.getByRole('link', { name: link })).toBeVisible()
    },
  },
  {
    name: 'code-half-entered',
    title: 'Code, half entered',
    open: async (visit) => {
      await requestEmail(visit)
      await codeField(visit.page, visit.words).pressSequentially('123')
    },
  },
  {
    name: 'code-not-a-number',
    title: 'Code, error at the field',
    open: async (visit) => {
      await requestEmail(visit)
      await codeField(visit.page, visit.words).fill('88888x')
      const error = containing(visit.words('errors.code-not-numeric'))
      await expect(codeField(visit.page, visit.words)).toHaveAccessibleDescription(error)
    },
  },
  {
    name: 'code-wrong',
    title: 'Code, wrong',
    open: async (visit) => {
      await enterWrongCode(visit, (await requestEmail(visit)).code)
      await expect(visit.page.getByRole('alert').filter({ hasText: /\S/ })).toBeVisible()
    },
  },
  {
    name: 'code-blocked',
    title: 'Code, blocked',
    open: async (visit) => {
      await block(visit)
    },
  },
  {
    name: 'code-unblocked',
    title: 'Code, no longer blocked',
    open: async (visit) => {
      await unblock(visit)
    },
  },
  {
    name: 'code-unblocked-sent-again',
    title: 'Code, no longer blocked and email sent again',
    unpictured: true,
    open: async (visit) => {
      await unblock(visit)
      await press(visit.page, visit.words('resend.idle'))
      await expectText(visit.page, visit.words('resend.sent'))
    },
  },
  {
    name: 'code-sent-again',
    title: 'Code, email sent again',
    open: async (visit) => {
      await visit.page.clock.install()
      await requestEmail(visit)
      await expect(resendCountdown(visit.page, visit.words)).toBeVisible()
      await visit.page.clock.fastForward('01:01')
      await press(visit.page, visit.words('resend.idle'))
      await expectText(visit.page, visit.words('resend.sent'))
    },
  },
  {
    name: 'code-offline',
    title: 'Code, not connected',
    open: async (visit) => {
      await requestEmail(visit)
      await visit.page.context().setOffline(true)
      await codeField(visit.page, visit.words).fill('123456')
      await expectAlert(visit.page, visit.words('errors.network'))
    },
  },
  {
    name: 'codes-off',
    title: 'Code, codes turned off',
    open: async (visit) => {
      const { account, code } = await requestEmail(visit)
      await enterWrongCode(visit, code)
      await nearCodesOff(visit.db, account)
      await codeField(visit.page, visit.words).fill(wrongCode(code, 2))
      await expectHeading(visit.page, visit.words('code.offTitle'))
    },
  },
  {
    name: 'code-over',
    title: 'Code, timed out',
    open: async (visit) => {
      const { code } = await requestEmail(visit)
      await visit.page.context().clearCookies({ name: /^(?!latchkey-language$)/ })
      await codeField(visit.page, visit.words).fill(code)
      await expectHeading(visit.page, visit.words('code.overTitle'))
    },
  },
  {
    name: 'codes-paused',
    title: 'Code, codes paused',
    pauses: true,
    open: async (visit) => {
      await requestEmail(visit)
      await pause(visit, 'codes')
      await visit.page.reload()
      await expectText(visit.page, visit.words('code.codesPausedTitle'))
    },
  },
  {
    name: 'code-links-paused',
    title: 'Code, links paused',
    pauses: true,
    open: async (visit) => {
      await requestEmail(visit)
      await pause(visit, 'links')
      await visit.page.reload()
      await expectText(visit.page, visit.words('code.linksPaused'))
    },
  },
]
