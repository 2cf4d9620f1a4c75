import type { Page } from '@playwright/test'
import { wrongCode } from './code-actions'
import { expect, test } from './fixtures'
import { byKeyboard, tabStops, tabTo } from './keyboard-actions'
import { readResetEmail } from './mailbox'
import {
  accountField,
  codeField,
  confirmPasswordField,
  containing,
  expectHeading,
  openCodePage,
  passwordField,
} from './page-actions'
import { words, wordsIn } from './words'

// The whole journey by keyboard alone is in journeys.spec.ts. No test of this file uses a pointer.

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

test('each answer leaves the focus where the keyboard is needed next', async ({ page, newAccount }) => {
  const robin = await newAccount()
  await page.goto('/forgot-password')
  await byKeyboard.press(button(page, words('forgotPassword.submit')))
  await expect(accountField(page)).toBeFocused()
  await page.keyboard.type(robin.email)
  await page.keyboard.press('Enter')
  const confirmation = page.getByRole('heading', { name: words('confirmAccount.title') })
  await expect(confirmation).toBeFocused()
  await byKeyboard.press(button(page, words('confirmAccount.no')))
  await expect(accountField(page)).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(confirmation).toBeFocused()
  await byKeyboard.press(button(page, words('confirmAccount.yes')))

  // The code page starts with the focus in its input, and each answer leaves it there.
  const input = codeField(page)
  await expect(input).toBeFocused()
  const { code } = await readResetEmail(robin)
  await expect(button(page, words('code.submit'))).toBeEnabled()
  await page.keyboard.type('12')
  await page.keyboard.press('Backspace')
  await page.keyboard.press('Enter')
  await expect(input).toHaveAccessibleDescription(containing(words('errors.code-not-numeric')))
  await expect(input).toBeFocused()
  await page.keyboard.type(wrongCode(code))
  await expect(page.getByRole('alert').filter({ hasText: '2 tries left' })).toBeVisible()
  await expect(input).toBeFocused()
  await tabTo(button(page, words('code.submit')))
  await page.keyboard.press('Shift+Tab')
  await expect(input).toBeFocused()
  await page.keyboard.type(code)

  await expectHeading(page, words('resetPassword.title'))
  await byKeyboard.fill(passwordField(page), 'short')
  await byKeyboard.fill(confirmPasswordField(page), 'other')
  await page.keyboard.press('Enter')
  await expect(page.locator('[aria-invalid]').first()).toBeFocused()
})

test('the keyboard reaches everything, in the order in which it shows', async ({ page, newAccount }) => {
  await page.goto('/sign-in')
  const show = (field: string) => words('field.showPassword', { field })
  await expect(button(page, show('current'))).toBeEnabled()
  const header = ['link "Latchkey"']
  const footer = [`combobox "${words('language.label')}"`, `button "${words('language.submit')}"`]
  expect(await tabStops(page)).toEqual([
    ...header,
    `textbox "${words('field.account')}"`,
    `textbox "${words('field.password')}"`,
    `button "${show('current')}"`,
    `button "${words('signIn.submit')}"`,
    `link "${words('signIn.forgot')}"`,
    ...footer,
  ])

  const robin = await newAccount()
  await openCodePage(page, robin.email)
  await page.goto((await readResetEmail(robin)).link)
  await expect(button(page, show('new'))).toBeEnabled()
  expect(await tabStops(page)).toEqual([
    ...header,
    `textbox "${words('resetPassword.password')}"`,
    `button "${show('new')}"`,
    `textbox "${words('resetPassword.confirmPassword')}"`,
    `button "${show('again')}"`,
    `button "${words('resetPassword.submit')}"`,
    `link "${words('resetPassword.notYou')}"`,
    ...footer,
  ])

  // A password that is shown can be hidden again with the same key, which keeps the focus.
  await byKeyboard.fill(passwordField(page), 'river')
  await page.keyboard.press('Tab')
  await expect(button(page, show('new'))).toBeFocused()
  await page.keyboard.press('Space')
  await expect(passwordField(page)).toHaveAttribute('type', 'text')
  await expect(button(page, words('field.hidePassword', { field: 'new' }))).toBeFocused()
  await page.keyboard.press('Space')
  await expect(passwordField(page)).toHaveAttribute('type', 'password')

  // Choosing another language keeps what was typed, and the focus.
  await tabTo(page.getByRole('combobox', { name: words('language.label') }))
  await page.keyboard.type('Deutsch')
  await byKeyboard.press(button(page, words('language.submit')))
  const german = wordsIn('de')
  await expectHeading(page, german('resetPassword.title'))
  await expect(button(page, german('language.submit'))).toBeFocused()
  await expect(passwordField(page, german)).toHaveValue('river')
})

test('the focus is visible, and nothing moves for people who prefer reduced motion', { tag: '@all' }, async ({
  page,
  newAccount,
}) => {
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
