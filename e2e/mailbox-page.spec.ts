import type { Page } from '@playwright/test'
import { expect, test } from './fixtures'
import { readResetEmail } from './mailbox'
import { openCodePage, openEmail } from './page-actions'
import { expectWellMade } from './well-made'
import { words } from './words'

const SUBJECT = words('email.passwordReset.subject', { brand: 'Latchkey' })

const choose = (page: Page, name: string) => page.getByRole('link', { name, exact: true }).click()

/** The colour behind the email in the frame. */
const background = (page: Page) =>
  page
    .frameLocator('iframe')
    .locator('.page')
    .first()
    .evaluate((element) => getComputedStyle(element).backgroundColor)

const DARK = 'rgb(17, 21, 20)'

for (const javaScriptEnabled of [true, false]) {
  test.describe(`${javaScriptEnabled ? 'with' : 'without'} JavaScript`, () => {
    test.use({ javaScriptEnabled })

    test('an email is shown in light and in dark colours on any device, and as plain text', async ({
      page,
      newAccount,
    }) => {
      const robin = await newAccount()
      await openCodePage(page, robin.email)
      const { link } = await readResetEmail(robin)
      await openEmail(page, robin.email, SUBJECT)
      await expect(page.getByRole('button', { name: words('mailbox.copyCode') })).toHaveCount(javaScriptEnabled ? 1 : 0)
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        await choose(page, words('mailbox.dark'))
        await expect(page.getByRole('link', { name: words('mailbox.dark') })).toHaveAttribute('aria-current', 'true')
        await expect.poll(() => background(page)).toBe(DARK)
        await choose(page, words('mailbox.light'))
        await expect.poll(() => background(page)).not.toBe(DARK)
        if (javaScriptEnabled) await expectWellMade(page, `email in light colours on a ${colorScheme} device`)
      }
      await page.emulateMedia({ colorScheme: 'dark' })
      await choose(page, words('mailbox.automaticColors'))
      await expect.poll(() => background(page)).toBe(DARK)

      await choose(page, words('mailbox.text'))
      await expect(page.getByRole('link', { name: link })).toBeVisible()
      await expect(page.locator('iframe')).toHaveCount(0)
      if (javaScriptEnabled) await expectWellMade(page, 'email as plain text')
      await choose(page, words('mailbox.html'))
      await expect(page.locator('iframe')).toBeVisible()
    })
  })
}

test('the code of an email can be copied', async ({ page, context, newAccount }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const robin = await newAccount()
  await openCodePage(page, robin.email)
  const { code } = await readResetEmail(robin)
  await openEmail(page, robin.email, SUBJECT)
  await page.getByRole('button', { name: words('mailbox.copyCode') }).click()
  await expect(page.getByRole('status').filter({ hasText: words('mailbox.copied') })).toBeVisible()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(code)
})
