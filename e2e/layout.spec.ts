import { NEW_PASSWORD } from './accounts'
import { endBlock, wrongCode } from './code-actions'
import { expect, test } from './fixtures'
import { expectLayoutHolds } from './layout-checks'
import { readResetEmail } from './mailbox'
import {
  accountField,
  choosePassword,
  codeField,
  containing,
  expectHeading,
  openAccountPage,
  openCodePage,
  openEmail,
  passwordField,
  showText,
} from './page-actions'
import { visitRefusedForm } from './refused-form'
import { secureMovedAccount } from './secure-account-actions'
import { expectWellMade } from './well-made'
import { words } from './words'

/** Too long for a line of a narrow window, without a space to wrap at. */
const LONG_NAME = 'Wolfeschlegelsteinhausenbergerdorff Reader'

test.describe('axe finds no violation with either theme, and the layout holds with any font, with more space and with large text,', () => {
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
      await expectWellMade(page, state)
    }
    const submit = page.getByRole('button', { name: words('signIn.submit') })
    await submit.click()
    await expect(page.getByText(words('errors.password-missing'))).toBeVisible()
    await expectWellMade(page, 'sign in, empty')
    await accountField(page).fill('unknown@example.com')
    await page.getByLabel(words('field.password'), { exact: true }).fill('not a password')
    await page.getByRole('button', { name: words('field.showPassword', { field: 'current' }) }).click()
    await submit.click()
    await expect(page.getByText(words('errors.sign-in-failed'))).toBeVisible()
    await expectWellMade(page, 'sign in, refused')
  })

  test('of a page without JavaScript, and of one whose script fails', async ({ browser, baseURL, page }) => {
    const context = await browser.newContext({ javaScriptEnabled: false })
    const plain = await context.newPage()
    await plain.goto(`${baseURL}/forgot-password`)
    await expectLayoutHolds(plain, 'forgot password, no JavaScript')
    await context.close()

    // A name that is not text makes the page fail while it renders.
    const preview = { email: '', fullName: { not: 'text' }, picture: null }
    await page.route('**/recovery.locate*', (route) => route.fulfill({ json: { result: { data: preview } } }))
    await page.goto('/forgot-password')
    await accountField(page).fill('unknown@example.com')
    await page.getByRole('button', { name: words('forgotPassword.submit') }).click()
    await expectHeading(page, words('problem.title'))
    await expectWellMade(page, 'error page')
  })

  test('from the request to the email', async ({ page, newAccount }) => {
    const robin = await newAccount(LONG_NAME)
    const submit = page.getByRole('button', { name: words('forgotPassword.submit') })
    await page.goto('/forgot-password')
    await expectWellMade(page, 'forgot password')
    await submit.click()
    await expect(accountField(page)).toHaveAccessibleDescription(containing(words('errors.identifier-missing')))
    await expectWellMade(page, 'forgot password, empty')
    await accountField(page).fill('unknown@example.com')
    await submit.click()
    await expect(page.getByText(words('errors.account-unknown'))).toBeVisible()
    await expectWellMade(page, 'forgot password, unknown account')
    await accountField(page).fill(robin.email)
    await submit.click()
    await expectHeading(page, words('confirmAccount.title'))
    await expectWellMade(page, 'is this you')
    await openCodePage(page, robin.email)
    await page.goto('/forgot-password')
    await expect(page.getByText(words('forgotPassword.haveCode'))).toBeVisible()
    await expectWellMade(page, 'forgot password, email requested')
    await openEmail(page, robin.email, words('email.passwordReset.subject', { brand: 'Latchkey' }))
    await expectWellMade(page, 'email')
    await page.goto('/dev/mailbox')
    await expectWellMade(page, 'mailbox')
  })

  test('of the code page, with every answer to a code', async ({ page, newAccount, db }) => {
    const robin = await newAccount()
    await page.clock.install()
    await openCodePage(page, robin.email)
    const { code } = await readResetEmail(robin)
    await expectWellMade(page, 'code')
    await codeField(page).pressSequentially('123')
    await expectWellMade(page, 'code, half entered')
    await codeField(page).fill('88888x')
    await expect(codeField(page)).toHaveAccessibleDescription(containing(words('errors.code-not-numeric')))
    await expectWellMade(page, 'code, not a number')
    for (const turn of [1, 2, 3]) {
      await codeField(page).fill(wrongCode(code, turn))
      await expect(codeField(page)).toHaveValue('')
      if (turn === 1) await expectWellMade(page, 'code, wrong')
    }
    await expect(page.getByRole('timer')).toBeVisible()
    await expectWellMade(page, 'code, blocked')
    await endBlock(db, robin)
    await page.clock.fastForward('01:01')
    await expect(page.getByText(words('code.unblockedTitle'), { exact: true })).toBeVisible()
    await page.getByRole('button', { name: words('resend.idle') }).click()
    await expect(page.getByText(words('resend.sent'))).toBeVisible()
    await expectWellMade(page, 'code, no longer blocked and email sent again')
    await page.context().setOffline(true)
    await codeField(page).fill(wrongCode(code))
    await expect(page.getByText(words('errors.network'))).toBeVisible()
    await expectWellMade(page, 'code, not connected')
    await page.context().setOffline(false)
    await page.context().clearCookies()
    await codeField(page).fill(code)
    await expectHeading(page, words('code.overTitle'))
    await expectWellMade(page, 'code, timed out')
  })

  test('from the code to the secured account', async ({ page, newAccount }) => {
    const robin = await newAccount(LONG_NAME)
    await page.clock.install()
    await openCodePage(page, robin.email)
    const { code, link } = await readResetEmail(robin)
    await codeField(page).fill(code)
    await expectHeading(page, words('resetPassword.title'))
    await expectWellMade(page, 'new password')
    await choosePassword(page, 'short')
    await expect(passwordField(page)).toHaveAccessibleDescription(
      containing(words('errors.password-too-short', { limit: 8 })),
    )
    await page.clock.fastForward('05:01')
    await expect(page.getByText(words('errors.grant-expired'))).toBeVisible()
    await expectWellMade(page, 'new password, refused and timed out')
    await choosePassword(page, NEW_PASSWORD)
    await expectHeading(page, words('resetPassword.doneTitle'))
    await expectWellMade(page, 'password changed')
    await page.goto('/reset-password')
    await expectHeading(page, words('deadLink.grant-unknown.title'))
    await expectWellMade(page, 'code used')
    await page.goto(link)
    await expectHeading(page, words('deadLink.link-used.title'))
    await expectWellMade(page, 'forgot password, link used')

    await openEmail(page, robin.email, words('email.passwordChanged.subject', { brand: 'Latchkey' }))
    await showText(page)
    const secureAccount = await page.getByRole('link', { name: /secure-account/ }).getAttribute('href')
    const submit = page.getByRole('button', { name: words('secureAccount.submit') })
    await page.goto(secureAccount as string)
    await expectWellMade(page, 'secure account')
    await submit.click()
    await expectHeading(page, words('secureAccount.doneTitle'))
    await expectWellMade(page, 'account secured')
    await page.goto(secureAccount as string)
    await submit.click()
    await expect(page.getByText(words('secureAccount.deadBody'))).toBeVisible()
    await expectWellMade(page, 'secure account, link used')
  })

  test('of a form whose browser was led to another link, and of a link that has to wait', async ({
    page,
    newAccount,
  }) => {
    await visitRefusedForm(page, await newAccount(), expectWellMade)
  })

  test('of an account that is secured after its address was changed', async ({ page, newAccount, db }) => {
    await secureMovedAccount(page, await newAccount(LONG_NAME), db)
    await expectWellMade(page, 'account secured, address changed')
  })

  test('of the account page', async ({ page, newAccount, otherDevice, db }) => {
    const robin = await newAccount(LONG_NAME)
    await openAccountPage(await otherDevice(), robin, robin.password)
    await openAccountPage(page, robin, robin.password)
    await expectWellMade(page, 'account')
    const requestReset = page.getByRole('button', { name: words('account.requestReset') })
    await requestReset.click()
    await expect(page.getByText(words.markup('account.requestResetSent', { email: () => robin.email }))).toBeVisible()
    await expectWellMade(page, 'account, email sent')
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
    await expectWellMade(page, 'account, no email possible, devices and this session signed out')
  })
})
