import { NEW_PASSWORD } from './accounts'
import { expectAccessible } from './axe'
import { endBlock, setRequestAge, wrongCode } from './code-actions'
import { expect, test } from './fixtures'
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
} from './page-actions'
import { visitRefusedForm } from './refused-form'
import { secureMovedAccount } from './secure-account-actions'
import { words } from './words'

test.describe('axe finds no violation in any state, with either theme', () => {
  test('of the pages that anyone can open', async ({ page }) => {
    await page.goto('/')
    await expectAccessible(page, 'home page')
    await page.goto('/sign-in')
    await expectAccessible(page, 'sign in')
    await page.getByRole('button', { name: words('signIn.submit') }).click()
    await expect(accountField(page)).toHaveAccessibleDescription(containing(words('errors.identifier-missing')))
    await expectAccessible(page, 'sign in, empty')
    await accountField(page).fill('unknown@example.com')
    await page.getByLabel(words('field.password'), { exact: true }).fill('not a password')
    await page.getByRole('button', { name: words('signIn.submit') }).click()
    await expect(page.getByText(words('errors.sign-in-failed'))).toBeVisible()
    await expectAccessible(page, 'sign in, refused')
    await page.goto('/reset-password')
    await expectHeading(page, words('deadLink.missing.title'))
    await expectAccessible(page, 'new password without a link')
    await page.goto('/secure-account')
    await expectAccessible(page, 'secure account without a link')
    await page.goto('/nowhere')
    await expectAccessible(page, 'page not found')
  })

  test('from the request to the code, with every answer to a code', async ({ page, newAccount, db }) => {
    const robin = await newAccount()
    const submit = page.getByRole('button', { name: words('forgotPassword.submit') })
    await page.clock.install()
    await page.goto('/forgot-password')
    await expectAccessible(page, 'forgot password')
    await submit.click()
    await expect(accountField(page)).toHaveAccessibleDescription(containing(words('errors.identifier-missing')))
    await expectAccessible(page, 'forgot password, empty')
    await accountField(page).fill(robin.email)
    await submit.click()
    await expectHeading(page, words('confirmAccount.title'))
    await expectAccessible(page, 'is this you')
    await page.getByRole('button', { name: words('confirmAccount.yes') }).click()
    await expectHeading(page, words('code.title'))
    await expectAccessible(page, 'code')

    const { code } = await readResetEmail(robin)
    await codeField(page).pressSequentially('123')
    await expectAccessible(page, 'code, half entered')
    await codeField(page).fill('12345x')
    await expect(codeField(page)).toHaveAccessibleDescription(containing(words('errors.code-not-numeric')))
    await expectAccessible(page, 'code, not a number')
    for (const turn of [1, 2, 3]) {
      await codeField(page).fill(wrongCode(code, turn))
      await expect(codeField(page)).toHaveValue('')
      if (turn === 1) await expectAccessible(page, 'code, wrong')
    }
    await expect(page.getByRole('timer')).toBeVisible()
    await expectAccessible(page, 'code, blocked')
    await endBlock(db, robin)
    await setRequestAge(db, robin, 120)
    await page.clock.fastForward('01:01')
    await expect(page.getByText(words('code.unblockedTitle'), { exact: true })).toBeVisible()
    await page.getByRole('button', { name: words('resend.idle') }).click()
    await expect(page.getByText(words('resend.sent'))).toBeVisible()
    await expectAccessible(page, 'code, no longer blocked and email sent again')

    await page.context().clearCookies()
    await codeField(page).fill(code)
    await expectHeading(page, words('code.overTitle'))
    await expectAccessible(page, 'code, timed out')
  })

  test('from the email to the secured account', async ({ page, newAccount }) => {
    const robin = await newAccount()
    await openCodePage(page, robin.email)
    await openEmail(page, robin.email, words('email.passwordReset.subject', { brand: 'Latchkey' }))
    await expectAccessible(page, 'email')
    await page.goto((await readResetEmail(robin)).link)
    await expectAccessible(page, 'new password')
    await choosePassword(page, 'short')
    await expect(passwordField(page)).toHaveAccessibleDescription(
      containing(words('errors.password-too-short', { limit: 8 })),
    )
    await expectAccessible(page, 'new password, refused')
    await choosePassword(page, NEW_PASSWORD)
    await expectHeading(page, words('resetPassword.doneTitle'))
    await expectAccessible(page, 'password changed')
    await page.goto('/reset-password')
    await expectHeading(page, words('deadLink.link-used.title'))
    await expectAccessible(page, 'link used')

    await openEmail(page, robin.email, words('email.passwordChanged.subject', { brand: 'Latchkey' }))
    const secureAccount = await page.getByRole('link', { name: /secure-account/ }).getAttribute('href')
    await page.goto('/dev/mailbox')
    await expectAccessible(page, 'mailbox')
    await openAccountPage(page, robin, NEW_PASSWORD)
    await expectAccessible(page, 'account')
    await page.getByRole('button', { name: words('account.requestReset') }).click()
    await expect(page.getByText(words.markup('account.requestResetSent', { email: () => robin.email }))).toBeVisible()
    await expectAccessible(page, 'account, email sent')
    await page.goto(secureAccount as string)
    await expectAccessible(page, 'secure account')
    await page.getByRole('button', { name: words('secureAccount.submit') }).click()
    await expectHeading(page, words('secureAccount.doneTitle'))
    await expectAccessible(page, 'account secured')
  })

  test('of a form whose browser was led to another link, and of a link that has to wait', async ({
    page,
    newAccount,
  }) => {
    await visitRefusedForm(page, await newAccount(), expectAccessible)
  })

  test('of an account that is secured after its address was changed', async ({ page, newAccount, db }) => {
    await secureMovedAccount(page, await newAccount(), db)
    await expectAccessible(page, 'account secured, address changed')
  })
})
