import type { Page } from '@playwright/test'
import { createDatabase, type Database } from '@/server/db/client'
import { LOCALES } from '@/server/language/languages'
import { startTestApp, type TestApp } from '@/server/testing/app'
import { insertAccount } from './accounts'
import { expectAccessible } from './axe'
import { test as base, expect } from './fixtures'
import { expectLayoutHolds } from './layout-checks'
import { linkIn, waitForEmailWith } from './mailbox'
import { choosePassword, codeField, expectHeading, openCodePage, passwordField } from './page-actions'
import { byPointer, recover } from './recovery-journey'
import { endPause, STATES } from './states'
import { type Words, words, wordsIn } from './words'

// One worker runs the whole file, so that one server is enough. Some of its pages pause recovery for everyone.
base.describe.configure({ mode: 'default' })

/** Awkward on purpose: a name that needs two lines, a colour too pale for text, and a logo that does not exist. */
const BRAND = {
  BRAND_NAME: 'Österreichische Wein & Käse Genossenschaft von 1897 GmbH',
  BRAND_LOGO: 'https://localhost:9/logo.svg',
  BRAND_COLOR: '#ffd600',
  SUPPORT_URL: 'mailto:help@example.com',
}

const test = base.extend<object, { app: TestApp; appDb: Database }>({
  app: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from this pattern
    async ({}, use) => {
      const app = await startTestApp({ RATE_LIMIT_SCALE: '100', ...BRAND })
      await use(app)
      await app.stop()
    },
    { scope: 'worker', timeout: 300_000 },
  ],
  appDb: [
    async ({ app }, use) => {
      const { db, close } = createDatabase(app.databaseUrl, { maxConnections: 2 })
      await use(db)
      await close()
    },
    { scope: 'worker' },
  ],
  baseURL: ({ app }, use) => use(app.url),
})

/** Expects a page to name the brand and never Latchkey, and to link to support. */
async function expectBranded(page: Page, state: string, texts: Words = words) {
  expect(await page.title(), `${state}: title`).toContain(BRAND.BRAND_NAME)
  expect(await findName(page), `${state}: mentions of Latchkey`).toEqual([])
  await expect(page.getByRole('link', { name: BRAND.BRAND_NAME, exact: true })).toBeVisible()
  await expect(page.getByRole('link', { name: texts('support.help') })).toHaveAttribute('href', BRAND.SUPPORT_URL)
}

/** Expects the same, and that the page is accessible in the brand's colours. */
async function expectWellBranded(page: Page, state: string) {
  await expectBranded(page, state)
  await expectAccessible(page, state)
}

/** Serves a logo to this page, where the brand has none. */
const serveLogo = (page: Page) =>
  page.route(BRAND.BRAND_LOGO, (route) =>
    route.fulfill({
      contentType: 'image/svg+xml',
      body: '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><circle cx="20" cy="20" r="20"/></svg>',
    }),
  )

test('with a brand: the pages that anyone can open', { tag: '@all' }, async ({ page }) => {
  for (const path of [
    '/',
    '/sign-in',
    '/reset-password',
    '/secure-account',
    '/stop-emails',
    '/nowhere',
    '/dev/mailbox',
  ]) {
    await page.goto(path)
    await expectWellBranded(page, path)
  }
  await page.goto('/')
  await expectLayoutHolds(page, 'home page with a brand')
  await page.goto('/sign-in')
  await page.getByRole('button', { name: words('signIn.submit') }).click()
  await expect(page.getByText(words('errors.password-missing'))).toBeVisible()
  await expectWellBranded(page, 'sign in, empty')
  await page.goto('/api/docs')
  await expect(page.getByRole('heading', { name: BRAND.BRAND_NAME })).toBeVisible()
  expect(await findName(page), 'API reference: mentions of Latchkey').toEqual([])
})

test('with a brand: the icon and the API description', async ({ page, request }) => {
  await page.goto('/')
  await expect(page.locator('link[rel="icon"]')).toHaveAttribute('href', BRAND.BRAND_LOGO)
  const icon = await request.get('/brand/icon')
  expect(icon.headers()['content-type']).toBe('image/svg+xml')
  expect(await icon.text()).toContain('<title>Österreichische Wein &amp; Käse')
  for (const path of ['/brand/icon', '/api/openapi.json'])
    expect(await (await request.get(path)).text(), path).not.toMatch(/latchkey/i)
})

for (const by of process.env.TEST_ALL ? (['link', 'code'] as const) : (['link'] as const)) {
  test(`with a brand: someone who is locked out gets back in with the emailed ${by}`, async ({ page, app, appDb }) => {
    await serveLogo(page)
    const person = {
      ...byPointer,
      page,
      words,
      brand: BRAND.BRAND_NAME,
      mailboxDir: app.mailboxDir,
      javaScript: true,
      look: async (place: string) => {
        await expectBranded(page, place)
        await expect(page.locator(`header img[src="${BRAND.BRAND_LOGO}"]`)).toBeVisible()
        // Once is enough for the colours, and the first test has these two.
        if (by === 'link' && !['home', 'sign in'].includes(place)) await expectAccessible(page, place)
      },
      read: async ({ html, text, from, subject }: Record<'html' | 'text' | 'from' | 'subject', string>) => {
        expect([html, text, from, subject].join('\n')).not.toMatch(/latchkey/i)
        expect(from).toContain(`${BRAND.BRAND_NAME} <`)
        expect(text).toContain(BRAND.BRAND_NAME)
        expect(text).toContain('help@example.com')
      },
    }
    await recover(person, await insertAccount(appDb), by)
  })
}

test('with a brand: refusals, and securing the account', { tag: '@all' }, async ({ page, app, appDb, context }) => {
  const robin = await insertAccount(appDb)
  await openCodePage(page, robin.email)
  const email = await waitForEmailWith(app.mailboxDir, robin.email, '/api/accounts/forgot_password')
  await codeField(page).fill('12345x')
  await expect(codeField(page)).toHaveAttribute('aria-invalid', 'true')
  await expectWellBranded(page, 'code, not a number')

  await page.goto(linkIn(email))
  await choosePassword(page, 'latchkey1897')
  await expect(passwordField(page)).toHaveAttribute('aria-invalid', 'true')
  await expectWellBranded(page, 'new password, too personal')
  await choosePassword(page, 'Genossenschaft1')
  await expect(passwordField(page)).toHaveAttribute('aria-invalid', 'true')
  await choosePassword(page, 'plum river lantern 42')
  await expectHeading(page, words('resetPassword.doneTitle'))

  const changed = await waitForEmailWith(app.mailboxDir, robin.email, '/secure-account')
  await context.clearCookies()
  await page.goto(linkIn(changed))
  await expectWellBranded(page, 'secure account')
  await page.getByRole('button', { name: words('secureAccount.submit') }).click()
  await expectHeading(page, words('secureAccount.doneTitle'))
  await expectWellBranded(page, 'account secured')
})

/** The states that `npm test` shows besides those above. `npm run test:all` shows all. */
const USUAL = ['account-without-email', 'link-frozen']
const shown = STATES.filter(({ name }) => process.env.TEST_ALL || USUAL.includes(name))

for (const [index, state] of shown.entries()) {
  // Every language in turn, the last ones first.
  const locale = LOCALES.at(-1 - (index % LOCALES.length)) ?? 'en'
  test(`with a brand: ${state.title} (${locale})`, async ({ page, app, appDb }) => {
    await page.context().addCookies([{ name: 'latchkey-language', value: locale, url: app.url }])
    const texts = wordsIn(locale)
    try {
      await state.open({
        page,
        words: texts,
        brand: BRAND.BRAND_NAME,
        origin: app.url,
        db: appDb,
        mailboxDir: app.mailboxDir,
        newAccount: () => insertAccount(appDb),
      })
      await expect(page.locator('html')).toHaveAttribute('lang', locale)
      await expectBranded(page, state.title, texts)
      if (state.name === 'link-frozen') {
        const contact = page.getByRole('main').getByRole('link', { name: texts('support.contact') })
        await expect(contact).toHaveAttribute('href', BRAND.SUPPORT_URL)
      }
    } finally {
      if (state.pauses) await endPause(appDb)
    }
  })
}

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
