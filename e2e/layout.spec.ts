import { NEW_PASSWORD } from './accounts'
import { endBlock, wrongCode } from './code-actions'
import { expect, test } from './fixtures'
import { expectLayoutHolds } from './layout-checks'
import { readResetEmail } from './mailbox'
import {
  accountField,
  choosePassword,
  codeField,
  expectHeading,
  openAccountPage,
  openCodePage,
  openEmail,
} from './page-actions'
import { visitRefusedForm } from './refused-form'
import { secureMovedAccount } from './secure-account-actions'
import { words } from './words'

/** Too long for a line of a narrow window, without a space to wrap at. */
const LONG_NAME = 'Wolfeschlegelsteinhausenbergerdorff Reader'

test.describe('the layout holds with any font, with more space and with large text', () => {
  test('of the pages that anyone can open', async ({ page }) => {
    for (const [path, state] of [
      ['/', 'home page'],
      ['/reset-password', 'new password without a link'],
      ['/reset-password?token=wrong', 'new password, wrong link'],
      ['/secure-account', 'secure account without a link'],
      ['/nowhere', 'page not found'],
      ['/sign-in', 'sign in'],
    ] as const) {
      await page.goto(path)
      await expectLayoutHolds(page, state)
    }
    const submit = page.getByRole('button', { name: words('signIn.submit') })
    await submit.click()
    await expect(page.getByText(words('errors.password-missing'))).toBeVisible()
    await expectLayoutHolds(page, 'sign in, empty')
    await accountField(page).fill('unknown@example.com')
    await page.getByLabel(words('field.password'), { exact: true }).fill('not a password')
    await page.getByRole('button', { name: words('field.showPassword', { field: 'current' }) }).click()
    await submit.click()
    await expect(page.getByText(words('errors.sign-in-failed'))).toBeVisible()
    await expectLayoutHolds(page, 'sign in, refused')
  })

  test('of a page without JavaScript, and of one whose script fails', async ({ browser, baseURL, page }) => {
    const context = await browser.newContext({ javaScriptEnabled: false })
    const plain = await context.newPage()
    await plain.goto(`${baseURL}/forgot-password`)
    // Playwright's text selectors skip everything in a <noscript>.
    await expect(plain.locator('noscript p')).toHaveText(words('layout.needsScript'))
    await expectLayoutHolds(plain, 'forgot password, no JavaScript')
    await context.close()

    // A name that is not text makes the page fail while it renders.
    const preview = { email: '', fullName: { not: 'text' }, picture: null }
    await page.route('**/recovery.locate*', (route) => route.fulfill({ json: { result: { data: preview } } }))
    await page.goto('/forgot-password')
    await accountField(page).fill('unknown@example.com')
    await page.getByRole('button', { name: words('forgotPassword.submit') }).click()
    await expectHeading(page, words('problem.title'))
    await expectLayoutHolds(page, 'error page')
  })

  test('from the request to the email', async ({ page, newAccount }) => {
    const robin = await newAccount(LONG_NAME)
    const submit = page.getByRole('button', { name: words('forgotPassword.submit') })
    await page.goto('/forgot-password')
    await submit.click()
    await expect(page.getByText(words('errors.identifier-missing'), { exact: true })).toBeVisible()
    await expectLayoutHolds(page, 'forgot password, empty')
    await accountField(page).fill('unknown@example.com')
    await submit.click()
    await expect(page.getByText(words('errors.account-unknown'))).toBeVisible()
    await expectLayoutHolds(page, 'forgot password, unknown account')
    await accountField(page).fill(robin.email)
    await submit.click()
    await expectHeading(page, words('confirmAccount.title'))
    await expectLayoutHolds(page, 'is this you')
    await openCodePage(page, robin.email)
    await page.goto('/forgot-password')
    await expect(page.getByText(words('forgotPassword.haveCode'))).toBeVisible()
    await expectLayoutHolds(page, 'forgot password, email requested')
    await openEmail(page, robin.email, words('email.passwordReset.subject', { brand: 'Latchkey' }))
    await expectLayoutHolds(page, 'email')
    await page.goto('/dev/mailbox')
    await expectLayoutHolds(page, 'mailbox')
  })

  test('of the code page, with every answer to a code', async ({ page, newAccount, db }) => {
    const robin = await newAccount()
    await page.clock.install()
    await openCodePage(page, robin.email)
    const { code } = await readResetEmail(robin)
    await codeField(page).pressSequentially('123')
    await expectLayoutHolds(page, 'code, half entered')
    await codeField(page).fill('88888x')
    await expect(page.getByText(words('errors.code-not-numeric'))).toBeVisible()
    await expectLayoutHolds(page, 'code, not a number')
    for (const turn of [1, 2, 3]) {
      await codeField(page).fill(wrongCode(code, turn))
      await expect(codeField(page)).toHaveValue('')
      if (turn === 1) await expectLayoutHolds(page, 'code, wrong')
    }
    await expect(page.getByRole('timer')).toBeVisible()
    await expectLayoutHolds(page, 'code, blocked')
    await endBlock(db, robin)
    await page.clock.fastForward('01:01')
    await expect(page.getByText(words('code.unblockedTitle'), { exact: true })).toBeVisible()
    await page.getByRole('button', { name: words('resend.idle') }).click()
    await expect(page.getByText(words('resend.sent'))).toBeVisible()
    await expectLayoutHolds(page, 'code, no longer blocked and email sent again')
    await page.context().setOffline(true)
    await codeField(page).fill(wrongCode(code))
    await expect(page.getByText(words('errors.network'))).toBeVisible()
    await expectLayoutHolds(page, 'code, not connected')
    await page.context().setOffline(false)
    await page.context().clearCookies()
    await codeField(page).fill(code)
    await expectHeading(page, words('code.overTitle'))
    await expectLayoutHolds(page, 'code, timed out')
  })

  test('from the code to the secured account', async ({ page, newAccount }) => {
    const robin = await newAccount(LONG_NAME)
    await page.clock.install()
    await openCodePage(page, robin.email)
    const { code, link } = await readResetEmail(robin)
    await codeField(page).fill(code)
    await expectHeading(page, words('resetPassword.title'))
    await expectLayoutHolds(page, 'new password')
    await choosePassword(page, 'short')
    await expect(page.getByText('Use at least 8 characters')).toBeVisible()
    await page.clock.fastForward('05:01')
    await expect(page.getByText(words('errors.grant-expired'))).toBeVisible()
    await expectLayoutHolds(page, 'new password, refused and timed out')
    await choosePassword(page, NEW_PASSWORD)
    await expectHeading(page, words('resetPassword.doneTitle'))
    await expectLayoutHolds(page, 'password changed')
    await page.goto('/reset-password')
    await expectHeading(page, words('deadLink.grant-unknown.title'))
    await expectLayoutHolds(page, 'code used')
    await page.goto(link)
    await expect(page.getByText(words('deadLink.link-used.title'))).toBeVisible()
    await expectLayoutHolds(page, 'forgot password, link used')

    await openEmail(page, robin.email, words('email.passwordChanged.subject', { brand: 'Latchkey' }))
    const secureAccount = await page.getByRole('link', { name: /secure-account/ }).getAttribute('href')
    const submit = page.getByRole('button', { name: words('secureAccount.submit') })
    await page.goto(secureAccount as string)
    await expectLayoutHolds(page, 'secure account')
    await submit.click()
    await expectHeading(page, words('secureAccount.doneTitle'))
    await expectLayoutHolds(page, 'account secured')
    await page.goto(secureAccount as string)
    await submit.click()
    await expect(page.getByText(words('secureAccount.deadBody'))).toBeVisible()
    await expectLayoutHolds(page, 'secure account, link used')
  })

  test('of a form whose browser was led to another link, and of a link that has to wait', async ({
    page,
    newAccount,
  }) => {
    await visitRefusedForm(page, await newAccount(), expectLayoutHolds)
  })

  test('of an account that is secured after its address was changed', async ({ page, newAccount, db }) => {
    await secureMovedAccount(page, await newAccount(LONG_NAME), db)
    await expectLayoutHolds(page, 'account secured, address changed')
  })

  test('of the account page', async ({ page, newAccount, otherDevice, db }) => {
    const robin = await newAccount(LONG_NAME)
    await openAccountPage(await otherDevice(), robin, robin.password)
    await openAccountPage(page, robin, robin.password)
    const requestReset = page.getByRole('button', { name: words('account.requestReset') })
    await requestReset.click()
    await expect(page.getByText(words.markup('account.requestResetSent', { email: () => robin.email }))).toBeVisible()
    await expectLayoutHolds(page, 'account, email sent')
    await db.execute(
      `insert into latchkey.mail_suppressions (account_id, address, kind, since)
       select id, email, 'bounced', now() from latchkey.users where username = '${robin.username}'`,
    )
    await page.reload()
    await expect(page.getByText(words('account.suppressionTitle'))).toBeVisible()
    await page.getByRole('button', { name: words('account.endOthers') }).click()
    await expect(page.getByText(words('account.endedOthers'))).toBeVisible()
    await page.context().clearCookies()
    await requestReset.click()
    await expect(page.getByRole('link', { name: words('account.signInAgain') })).toBeVisible()
    await expectLayoutHolds(page, 'account, no email possible, devices and this session signed out')
  })
})
