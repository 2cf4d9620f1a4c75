import type { Page } from '@playwright/test'
import { NEW_PASSWORD } from './accounts'
import { wrongCode } from './code-actions'
import { expect, test } from './fixtures'
import { readResetEmail } from './mailbox'
import { accountField, codeField, containing, expectHeading, openCodePage } from './page-actions'
import { words } from './words'

/** Presses Tab until the element has the focus. */
async function tabTo(page: Page, role: 'link' | 'button' | 'textbox', name: string) {
  const target = page.getByRole(role, { name, exact: true })
  await expect(target).toBeEnabled()
  for (let presses = 0; presses < 30; presses++) {
    if (await target.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  await expect(target).toBeFocused()
}

test('the keyboard alone is enough to reset a password and sign in', async ({ page, newAccount }) => {
  const robin = await newAccount()
  await page.goto('/')
  await tabTo(page, 'link', words('home.forgot'))
  await page.keyboard.press('Enter')
  await expectHeading(page, words('forgotPassword.title'))
  await tabTo(page, 'textbox', words('field.account'))
  await page.keyboard.type(robin.email)
  await page.keyboard.press('Enter')
  const confirmation = page.getByRole('heading', { name: words('confirmAccount.title') })
  await expect(confirmation).toBeFocused()
  await tabTo(page, 'button', words('confirmAccount.no'))
  await page.keyboard.press('Enter')
  await expect(accountField(page)).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(confirmation).toBeFocused()
  await tabTo(page, 'button', words('confirmAccount.yes'))
  await page.keyboard.press('Enter')

  // The code page starts with the focus in its input, and each answer leaves it there.
  const input = codeField(page)
  await expect(input).toBeFocused()
  const { code } = await readResetEmail(robin)
  await expect(page.getByRole('button', { name: words('code.submit') })).toBeEnabled()
  await page.keyboard.type('12')
  await page.keyboard.press('Backspace')
  await page.keyboard.press('Enter')
  await expect(input).toHaveAccessibleDescription(containing(words('errors.code-not-numeric')))
  await expect(input).toBeFocused()
  await page.keyboard.type(wrongCode(code))
  await expect(page.getByRole('alert').filter({ hasText: '2 tries left' })).toBeVisible()
  await expect(input).toBeFocused()
  await tabTo(page, 'button', words('code.submit'))
  await page.keyboard.press('Shift+Tab')
  await expect(input).toBeFocused()
  await page.keyboard.type(code)

  await expectHeading(page, words('resetPassword.title'))
  await tabTo(page, 'textbox', words('resetPassword.password'))
  await page.keyboard.type(NEW_PASSWORD)
  await tabTo(page, 'textbox', words('resetPassword.confirmPassword'))
  await page.keyboard.type(NEW_PASSWORD)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: words('resetPassword.doneTitle') })).toBeFocused()
  await tabTo(page, 'link', words('resetPassword.signIn'))
  await page.keyboard.press('Enter')
  await expectHeading(page, words('signIn.title'))
  await tabTo(page, 'textbox', words('field.account'))
  await page.keyboard.type(robin.username)
  await tabTo(page, 'textbox', words('field.password'))
  await page.keyboard.type(NEW_PASSWORD)
  await tabTo(page, 'button', words('signIn.submit'))
  await page.keyboard.press('Space')
  await expectHeading(page, words('account.title'))
})

test('the focus is visible, and nothing moves for people who prefer reduced motion', async ({ page, newAccount }) => {
  const robin = await newAccount()
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await openCodePage(page, robin.email)
  await expect(codeField(page)).toBeFocused()
  const boxes = page.locator('[data-input-otp-container] > [aria-hidden] > *')
  await expect(boxes).toHaveCount(6)
  await expect(boxes.first()).toHaveCSS('outline-style', 'solid')
  await expect(boxes.nth(1)).toHaveCSS('outline-style', 'none')
  expect(await page.evaluate(() => document.getAnimations().length)).toBe(0)
  await page.keyboard.press('Tab')
  await expect(boxes.first()).toHaveCSS('outline-style', 'none')
  await expect(page.getByRole('button', { name: words('code.submit') })).toHaveCSS('outline-style', 'solid')
})
