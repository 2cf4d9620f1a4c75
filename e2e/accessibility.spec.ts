import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import {
  choosePassword,
  codeInEmail,
  expect,
  linkInEmail,
  NEW_PASSWORD,
  openEmail,
  type Person,
  requestEmail,
  signIn,
  test,
} from './people'

const SIZES = [
  { width: 360, height: 740 },
  { width: 1280, height: 800 },
]
const SCHEMES = ['light', 'dark'] as const

/** Every rule of axe, and nothing wider than the window, at both widths, light and dark. */
async function expectAccessible(page: Page, state: string) {
  for (const size of SIZES) {
    for (const colorScheme of SCHEMES) {
      await page.setViewportSize(size)
      await page.emulateMedia({ colorScheme })
      // The mail reader's frame runs no script, so axe cannot look into it.
      const { violations } = await new AxeBuilder({ page }).exclude('iframe').analyze()
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`)
      expect(found, `${state}, ${size.width} wide, ${colorScheme}`).toEqual([])
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      expect(overflow, `${state}, ${size.width} wide: scrolls sideways`).toBeLessThanOrEqual(0)
    }
  }
}

/** Presses Tab until something has the focus, as somebody without a mouse does. */
async function tabTo(page: Page, name: string, role: 'link' | 'button' | 'textbox') {
  const wanted = page.getByRole(role, { name, exact: true })
  await expect(wanted).toBeEnabled()
  for (let presses = 0; presses < 30; presses++) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  await expect(wanted).toBeFocused()
}

async function readCode(page: Page, person: Person) {
  const tab = await page.context().newPage()
  await openEmail(tab, person.email, 'Choose a new password')
  const code = await codeInEmail(tab)
  await tab.close()
  return code
}

test.describe('axe finds nothing, wide or narrow, light or dark', () => {
  // Axe takes its second, four times over, at each of some dozen states.
  test.describe.configure({ timeout: 240_000 })

  test('on the pages that anybody may open', async ({ page }) => {
    await page.goto('/')
    await expectAccessible(page, 'start page')
    await page.goto('/sign-in')
    await expectAccessible(page, 'sign in')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await expect(page.getByLabel('Email or username')).toHaveAccessibleDescription(/Type your email/)
    await expectAccessible(page, 'sign in, empty')
    await page.getByLabel('Email or username').fill('nobody@example.com')
    await page.getByLabel('Password', { exact: true }).fill('not a password')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await expect(page.getByText('do not go together')).toBeVisible()
    await expectAccessible(page, 'sign in, refused')
    await page.goto('/reset-password')
    await expect(page.getByRole('heading', { name: 'Open the link in your mail' })).toBeVisible()
    await expectAccessible(page, 'new password without a link')
    await page.goto('/secure-account')
    await expectAccessible(page, 'not me without a link')
    await page.goto('/nowhere')
    await expectAccessible(page, 'no such page')
  })

  test('on the way to a code, and at every answer to one', async ({ page, newPerson }) => {
    const robin = await newPerson()
    await page.clock.install()
    await page.goto('/forgot-password')
    await expectAccessible(page, 'forgot')
    await page.getByRole('button', { name: 'Mail me' }).click()
    await expect(page.getByLabel('Email or username')).toHaveAccessibleDescription(/Type your email/)
    await expectAccessible(page, 'forgot, empty')
    await page.getByLabel('Email or username').fill(robin.email)
    await page.getByRole('button', { name: 'Mail me' }).click()
    await expect(page.getByRole('heading', { name: 'Is this you?' })).toBeVisible()
    await expectAccessible(page, 'is this you')
    await page.getByRole('button', { name: 'Yes, send the mail' }).click()
    await expect(page.getByRole('heading', { name: 'Check your mail' })).toBeVisible()
    await expectAccessible(page, 'code')

    const right = await readCode(page, robin)
    const code = page.getByLabel('Six-digit code')
    await code.pressSequentially('123')
    await expectAccessible(page, 'code, half typed')
    await code.fill('12345x')
    await expect(code).toHaveAccessibleDescription(/six digits, 0 to 9/)
    await expectAccessible(page, 'code, not a number')
    for (const turn of [1, 2, 3]) {
      await code.fill(String((Number(right) + turn) % 1_000_000).padStart(6, '0'))
      await expect(code).toHaveValue('')
      if (turn === 1) await expectAccessible(page, 'code, wrong')
    }
    await expect(page.getByRole('timer')).toBeVisible()
    await expectAccessible(page, 'code, blocked')
    await page.clock.fastForward('01:01')
    await expect(page.getByText('You can type a code again', { exact: true })).toBeVisible()
    await page.getByRole('button', { name: /Send again$/ }).click()
    await expect(page.getByText('Sent again.')).toBeVisible()
    await expectAccessible(page, 'code, open again and mail sent again')

    await page.context().clearCookies()
    await code.fill(right)
    await expect(page.getByRole('heading', { name: 'Nothing is under way any more' })).toBeVisible()
    await expectAccessible(page, 'code, over')
  })

  test('from the mail to the account', async ({ page, newPerson }) => {
    const robin = await newPerson()
    await requestEmail(page, robin.email)
    await openEmail(page, robin.email, 'Choose a new password')
    await expectAccessible(page, 'mail')
    await page.goto(await linkInEmail(page))
    await expectAccessible(page, 'new password')
    await choosePassword(page, 'short')
    await expect(page.getByLabel('New password', { exact: true })).toHaveAccessibleDescription(/at least 8/)
    await expectAccessible(page, 'new password, refused')
    await choosePassword(page, NEW_PASSWORD)
    await expect(page.getByRole('heading', { name: 'Your password is changed' })).toBeVisible()
    await expectAccessible(page, 'password changed')
    await page.goto('/reset-password')
    await expect(page.getByRole('heading', { name: 'This link was already used' })).toBeVisible()
    await expectAccessible(page, 'link used')

    await openEmail(page, robin.email, 'Your password was changed')
    const secureAccount = await page.getByRole('link', { name: /secure-account/ }).getAttribute('href')
    await page.goto('/dev/mailbox')
    await expectAccessible(page, 'mailbox')
    await signIn(page, robin.email, NEW_PASSWORD)
    await expectAccessible(page, 'account')
    await page.getByRole('button', { name: 'Mail me a reset link' }).click()
    await expect(page.getByText('on its way')).toBeVisible()
    await expectAccessible(page, 'account, mail sent')
    await page.goto(secureAccount as string)
    await expectAccessible(page, 'not me')
    await page.getByRole('button', { name: 'Secure my account' }).click()
    await expect(page.getByRole('heading', { name: 'Your account is secured' })).toBeVisible()
    await expectAccessible(page, 'not me, done')
  })
})

test('the whole way back, and the sign-in after it, by keyboard alone', async ({ page, newPerson, otherBrowser }) => {
  const robin = await newPerson()
  await page.goto('/')
  await tabTo(page, 'I forgot my password', 'link')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Forgot your password?' })).toBeVisible()
  await tabTo(page, 'Email or username', 'textbox')
  await page.keyboard.type(robin.email)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Is this you?' })).toBeFocused()
  await tabTo(page, 'No, another account', 'button')
  await page.keyboard.press('Enter')
  await expect(page.getByLabel('Email or username')).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Is this you?' })).toBeFocused()
  await tabTo(page, 'Yes, send the mail', 'button')
  await page.keyboard.press('Enter')

  // The code page begins at its input, and each answer leaves the focus there.
  const input = page.getByLabel('Six-digit code')
  await expect(input).toBeFocused()
  const phone = await otherBrowser()
  const code = await readCode(phone.page, robin)
  await expect(page.getByRole('button', { name: 'Use this code' })).toBeEnabled()
  await page.keyboard.type('12')
  await page.keyboard.press('Backspace')
  await page.keyboard.press('Enter')
  await expect(input).toHaveAccessibleDescription(/^A code is six digits/)
  await expect(input).toBeFocused()
  const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, '0')
  await page.keyboard.type(wrong)
  await expect(page.getByRole('alert').filter({ hasText: '2 tries left' })).toBeVisible()
  await expect(input).toBeFocused()
  await tabTo(page, 'Use this code', 'button')
  await page.keyboard.press('Shift+Tab')
  await expect(input).toBeFocused()
  await page.keyboard.type(code)

  await expect(page.getByRole('heading', { name: 'Choose a new password' })).toBeVisible()
  await tabTo(page, 'New password', 'textbox')
  await page.keyboard.type(NEW_PASSWORD)
  await tabTo(page, 'New password again', 'textbox')
  await page.keyboard.type(NEW_PASSWORD)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Your password is changed' })).toBeFocused()
  await tabTo(page, 'Sign in', 'link')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible()
  await tabTo(page, 'Email or username', 'textbox')
  await page.keyboard.type(robin.username)
  await tabTo(page, 'Password', 'textbox')
  await page.keyboard.type(NEW_PASSWORD)
  await tabTo(page, 'Sign in', 'button')
  await page.keyboard.press('Space')
  await expect(page.getByRole('heading', { name: 'Your account' })).toBeVisible()
})

test('what has the focus is seen to have it, and nothing moves for whoever asked for stillness', async ({
  page,
  newPerson,
}) => {
  const robin = await newPerson()
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await requestEmail(page, robin.email)
  await expect(page.getByLabel('Six-digit code')).toBeFocused()
  const boxes = page.locator('[data-input-otp-container] > [aria-hidden] > *')
  await expect(boxes).toHaveCount(6)
  await expect(boxes.first()).toHaveCSS('outline-style', 'solid')
  await expect(boxes.nth(1)).toHaveCSS('outline-style', 'none')
  expect(await page.evaluate(() => document.getAnimations().length)).toBe(0)
  await page.keyboard.press('Tab')
  await expect(boxes.first()).toHaveCSS('outline-style', 'none')
  await expect(page.getByRole('button', { name: 'Use this code' })).toHaveCSS('outline-style', 'solid')
})
