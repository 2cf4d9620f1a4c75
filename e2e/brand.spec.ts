import type { Page } from '@playwright/test'
import { createDatabase } from '@/server/db/client'
import { startTestApp, type TestApp } from '@/server/testing/app'
import { insertAccount, NEW_PASSWORD } from './accounts'
import { expectAccessible } from './axe'
import { expect, test } from './fixtures'
import { expectLayoutHolds } from './layout-checks'
import { codeIn, linkIn, waitForEmail } from './mailbox'
import { accountField, choosePassword, codeField, expectHeading, passwordField } from './page-actions'
import { words } from './words'

/** Awkward on purpose: a name that needs two lines, a colour too pale for text, and a logo that does not exist. */
const BRAND = {
  BRAND_NAME: 'Österreichische Wein & Käse Genossenschaft von 1897 GmbH',
  BRAND_LOGO: 'https://localhost:9/logo.svg',
  BRAND_COLOR: '#ffd600',
  SUPPORT_URL: 'mailto:help@example.com',
}

let app: TestApp

test.describe('with a brand', () => {
  test.describe.configure({ mode: 'serial' })
  test.beforeAll(async () => {
    app = await startTestApp({ RATE_LIMIT_SCALE: '100', ...BRAND })
  })
  test.afterAll(() => app?.stop())

  /** Expects a page to name the brand and never Latchkey, to link to support, and to be accessible in the brand's colours. */
  async function expectBranded(page: Page, state: string) {
    expect(await page.title(), `${state}: title`).toContain(BRAND.BRAND_NAME)
    expect(await findName(page), `${state}: mentions of Latchkey`).toEqual([])
    await expect(page.getByRole('link', { name: BRAND.BRAND_NAME })).toBeVisible()
    await expect(page.getByRole('link', { name: words('support.help') })).toHaveAttribute('href', BRAND.SUPPORT_URL)
    await expectAccessible(page, state)
  }

  test('pages that anyone can open', async ({ page }) => {
    for (const path of [
      '/',
      '/sign-in',
      '/reset-password',
      '/secure-account',
      '/stop-emails',
      '/nowhere',
      '/dev/mailbox',
    ]) {
      await page.goto(`${app.url}${path}`)
      await expectBranded(page, path)
    }
    await page.goto(`${app.url}/`)
    await expectLayoutHolds(page, 'home page with a brand')
    const submit = page.getByRole('button', { name: words('signIn.submit') })
    await page.goto(`${app.url}/sign-in`)
    await submit.click()
    await expect(page.getByText(words('errors.password-missing'))).toBeVisible()
    await expectBranded(page, 'sign in, empty')
    await page.goto(`${app.url}/api/docs`)
    await expect(page.getByRole('heading', { name: BRAND.BRAND_NAME })).toBeVisible()
    expect(await findName(page), 'API reference: mentions of Latchkey').toEqual([])
  })

  test('the icon and the API description', async ({ page, request }) => {
    await page.goto(`${app.url}/`)
    await expect(page.locator('link[rel="icon"]')).toHaveAttribute('href', BRAND.BRAND_LOGO)
    const icon = await request.get(`${app.url}/brand/icon`)
    expect(icon.headers()['content-type']).toBe('image/svg+xml')
    expect(await icon.text()).toContain('<title>Österreichische Wein &amp; Käse')
    for (const path of ['/brand/icon', '/api/openapi.json'])
      expect(await (await request.get(`${app.url}${path}`)).text(), path).not.toMatch(/latchkey/i)
  })

  test('the journey', async ({ page, context }) => {
    const { db, close } = createDatabase(app.databaseUrl, { maxConnections: 1 })
    const robin = await insertAccount(db)
    await close()
    await page.goto(`${app.url}/forgot-password`)
    await expectBranded(page, 'forgot password')
    await accountField(page).fill(robin.email)
    await page.getByRole('button', { name: words('forgotPassword.submit') }).click()
    await expectHeading(page, words('confirmAccount.title'))
    await expectBranded(page, 'is this you')
    await page.getByRole('button', { name: words('confirmAccount.yes') }).click()
    await expectHeading(page, words('code.title'))
    const email = await waitForEmail(
      app.mailboxDir,
      robin.email,
      words('email.passwordReset.subject', { brand: BRAND.BRAND_NAME }),
    )
    await codeField(page).fill(codeIn(email) === '000000' ? '111111' : '000000')
    await expect(codeField(page)).toHaveValue('')
    await expectBranded(page, 'code, wrong')

    await page.goto(linkIn(email))
    await expectBranded(page, 'new password')
    await choosePassword(page, 'latchkey1897')
    await expect(passwordField(page)).toHaveAttribute('aria-invalid', 'true')
    await expectBranded(page, 'new password, too personal')
    await choosePassword(page, 'Genossenschaft1')
    await expect(passwordField(page)).toHaveAttribute('aria-invalid', 'true')
    await choosePassword(page, NEW_PASSWORD)
    await expectHeading(page, words('resetPassword.doneTitle'))
    await expectBranded(page, 'password changed')

    const changed = await waitForEmail(
      app.mailboxDir,
      robin.email,
      words('email.passwordChanged.subject', { brand: BRAND.BRAND_NAME }),
    )
    for (const { html, text, from, subject } of [email, changed]) {
      expect([html, text, from, subject].join('\n')).not.toMatch(/latchkey/i)
      expect(text).toContain(BRAND.BRAND_NAME)
    }
    await page.goto(`${app.url}/dev/mailbox/${changed.id}`)
    await expectBranded(page, 'email')
    await context.clearCookies()
    await page.goto(linkIn(changed))
    await expectBranded(page, 'secure account')
    await page.getByRole('button', { name: words('secureAccount.submit') }).click()
    await expectHeading(page, words('secureAccount.doneTitle'))
    await expectBranded(page, 'account secured')
  })
})

/** Every mention of Latchkey in the texts and attributes of the document. Scripts are left out: people do not see them. */
const findName = (page: Page) =>
  page.evaluate(() => {
    const found: string[] = []
    for (const element of document.querySelectorAll('*')) {
      if (element.closest('script')) continue
      for (const { name, value } of element.attributes) if (/latchkey/i.test(value)) found.push(`${name}="${value}"`)
      for (const node of element.childNodes)
        if (node.nodeType === Node.TEXT_NODE && /latchkey/i.test(node.nodeValue ?? '')) found.push(node.nodeValue ?? '')
    }
    return found
  })
