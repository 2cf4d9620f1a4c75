import type { APIResponse, Browser, BrowserContext, Page, Response } from '@playwright/test'
import { createDatabase, type Database } from '@/server/db/client'
import { startTestApp, type TestApp } from '@/server/testing/app'
import { insertAccount, newUsername, type TestAccount } from './accounts'
import { nearCodesOff } from './code-actions'
import { test as base, expect } from './fixtures'
import { codeIn, waitForEmail, waitForEmailWith } from './mailbox'
import { accountField, codeField, expectHeading } from './page-actions'
import { words } from './words'

// One worker runs the whole file, so that one server is enough.
base.describe.configure({ mode: 'default' })

interface ConcealingApp extends TestApp {
  db: Database
  newAccount: () => Promise<TestAccount>
}

const test = base.extend<object, { app: ConcealingApp }>({
  app: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from this pattern
    async ({}, use) => {
      const app = await startTestApp({ ACCOUNT_DISCLOSURE: 'conceal', RATE_LIMIT_SCALE: '100' })
      const { db, close } = createDatabase(app.databaseUrl, { maxConnections: 1 })
      await use({ ...app, db, newAccount: () => insertAccount(db) })
      await close()
      await app.stop()
    },
    { scope: 'worker', timeout: 300_000 },
  ],
})

/** Everything that a visitor could compare: responses, cookies and their attributes, texts, countdowns. */
interface Observed {
  responses: string[]
  texts: string[]
  countdowns: Countdown[]
}

interface Countdown {
  /** What the page shows, in seconds. */
  shown: number
  /** At most so many seconds had passed since it began, when the page was read. */
  elapsed: number
}

// "Send again in 0:45" counts from the request, and "You can enter a code again in 0:45" from the block.
const COUNTDOWN = /(?<=(Send)? again in )(?:(\d+):)?(\d+)/g
const SPOKEN_WAIT = /Wait \d+ \w+/g
/** The text of a page once its countdowns run, except the parts for browsers without JavaScript. */
async function textOf(page: Page): Promise<string> {
  await expect(page.getByText(/\d+:\d+:\d+ UTC/)).toHaveCount(0)
  return page.locator('main').evaluate((main) => {
    const copy = main.cloneNode(true) as HTMLElement
    for (const each of copy.querySelectorAll('noscript')) each.remove()
    return copy.textContent ?? ''
  })
}

/** A text without the account and the times in it. */
const timeless = (text: string, account: string) =>
  text.replaceAll(account, 'ACCOUNT').replace(COUNTDOWN, '…').replace(SPOKEN_WAIT, 'Wait …')

/** Path, status and cookies of a response; of the cookies the names and attributes, since values always differ. */
async function headOf(response: Response | APIResponse) {
  const cookies = (await response.headersArray())
    .filter(({ name }) => name.toLowerCase() === 'set-cookie')
    .map(({ value }) => value.replace(/=[^;]*/, '=…'))
  return [new URL(response.url()).pathname, response.status(), ...cookies].join(' ')
}

/** A body without what differs from request to request. */
const bodyOf = (text: string, account: string) =>
  text
    .replaceAll(account, 'ACCOUNT')
    .replace(/"requestId":"[^"]+"/, '"requestId":"…"')
    .replace(/(Seconds":)\d+/g, (_, name) => `${name}…`)

/** Takes every step of the code page for an account, with three wrong codes, and records all that a visitor sees. */
async function observeRecovery(browser: Browser, app: TestApp, account: string): Promise<Observed> {
  const observed: Observed = { responses: [], texts: [], countdowns: [] }
  const navigations: Promise<string>[] = []
  const began = { request: 0, block: 0 }

  const openPage = async (context: BrowserContext): Promise<Page> => {
    const page = await context.newPage()
    page.on('response', (response) => {
      if (response.request().isNavigationRequest()) navigations.push(headOf(response))
    })
    await page.route('**/api/**', async (route) => {
      const response = await route.fetch()
      observed.responses.push(`${await headOf(response)} ${bodyOf(await response.text(), account)}`)
      await route.fulfill({ response })
    })
    return page
  }
  const record = async (page: Page) => {
    const text = await textOf(page)
    observed.texts.push(timeless(text, account))
    for (const [, send, minutes, seconds] of text.matchAll(COUNTDOWN)) {
      const elapsed = (Date.now() - (send ? began.request : began.block)) / 1000
      observed.countdowns.push({ shown: Number(minutes ?? 0) * 60 + Number(seconds), elapsed })
    }
  }
  const requestEmail = async (page: Page) => {
    await page.goto(`${app.url}/forgot-password`)
    await accountField(page).fill(account)
    began.request = began.request || Date.now()
    await page.getByRole('button', { name: words('forgotPassword.submit') }).click()
    await expectHeading(page, words('code.title'))
    await expect(page.getByText(account)).toBeVisible()
  }

  const context = await browser.newContext()
  const page = await openPage(context)
  await requestEmail(page)
  await record(page)
  for (const [index, answer] of [/2 tries left/, /1 try left/, words('code.blockedTitle')].entries()) {
    began.block = Date.now()
    await codeField(page).fill(`00000${index}`)
    await expect(page.getByRole('alert').filter({ hasText: answer })).toBeVisible()
    await record(page)
  }
  await page.reload()
  await expect(page.getByRole('timer')).toBeVisible()
  await record(page)
  await page.getByRole('link', { name: words('code.otherAccount') }).click()
  await expect(accountField(page)).toHaveValue(account)
  await record(page)

  const elsewhere = await browser.newContext()
  const other = await openPage(elsewhere)
  await requestEmail(other)
  await expect(other.getByRole('timer')).toBeVisible()
  await record(other)
  const blocked = await elsewhere.request.post(`${app.url}/api/trpc/recovery.verifyCode`, { data: { code: '000003' } })
  observed.responses.push(`${blocked.status()} ${(await blocked.json()).error.data.reason}`)

  observed.responses.push(...(await Promise.all(navigations)))
  await context.close()
  await elsewhere.close()
  return observed
}

// Both names take the same way through the server, so `npm test` takes one.
for (const kind of process.env.TEST_ALL ? (['email', 'username'] as const) : (['email'] as const)) {
  test(`with ACCOUNT_DISCLOSURE=conceal, no step tells an ${kind} with an account from one without`, async ({
    browser,
    app,
  }) => {
    const robin = await app.newAccount()
    const unknownAccount = kind === 'email' ? `${newUsername()}@example.com` : newUsername()
    const known = await observeRecovery(browser, app, robin[kind])
    const unknown = await observeRecovery(browser, app, unknownAccount)

    expect(unknown.responses).toEqual(known.responses)
    expect(unknown.texts).toEqual(known.texts)
    expect(unknown.countdowns).toHaveLength(known.countdowns.length)
    for (const { shown, elapsed } of [...known.countdowns, ...unknown.countdowns]) {
      // Every countdown begins at one minute, and loses only the time that has passed.
      expect(shown).toBeLessThanOrEqual(60)
      expect(shown).toBeGreaterThanOrEqual(Math.floor(60 - elapsed) - 1)
    }

    // The responses are also the right ones.
    const responses = known.responses.join('\n')
    expect(known.countdowns.length).toBeGreaterThanOrEqual(5)
    expect(known.texts[0]).toContain('If there’s an account for')
    expect(known.texts.join()).not.toMatch(/Is this you|•/)
    expect(responses).not.toContain('locate')
    expect(responses).toContain('429 code-blocked')
    expect(responses).toMatch(/recovery\.request 200 \S*flow=…;.*HttpOnly/)
  })
}

test('with ACCOUNT_DISCLOSURE=conceal, codes are turned off alike for an account and for none', {
  tag: '@all',
}, async ({ browser, app }) => {
  const robin = await app.newAccount()
  const texts: string[] = []
  for (const account of [robin.email, `${newUsername()}@example.com`]) {
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(`${app.url}/forgot-password`)
    await accountField(page).fill(account)
    await page.getByRole('button', { name: words('forgotPassword.submit') }).click()
    await codeField(page).fill('000000')
    await expect(codeField(page)).toHaveAccessibleDescription(/2 tries left/)
    await nearCodesOff(app.db)
    await codeField(page).fill('000001')
    for (const step of ['turned off', 'loaded again']) {
      await expectHeading(page, words('code.offTitle'))
      const text = await textOf(page)
      texts.push(`${step}: ${timeless(text, account)}`)
      await page.reload()
    }
    await context.close()
  }
  expect(texts.slice(2)).toEqual(texts.slice(0, 2))
  expect(texts[1]).toContain(words('code.off'))
})

test('with ACCOUNT_DISCLOSURE=conceal, the emailed code works too', async ({ page, app }) => {
  const robin = await app.newAccount()
  await page.goto(`${app.url}/forgot-password`)
  await accountField(page).fill(robin.username)
  await page.getByRole('button', { name: words('forgotPassword.submit') }).click()
  await expectHeading(page, words('code.title'))
  const email = await waitForEmail(
    app.mailboxDir,
    robin.email,
    words('email.passwordReset.subject', { brand: 'Latchkey' }),
  )
  await codeField(page).fill(codeIn(email))
  await expectHeading(page, words('resetPassword.title'))
})

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false })

  test('with ACCOUNT_DISCLOSURE=conceal, pages tell as little, and the emailed code works', async ({ page, app }) => {
    const robin = await app.newAccount()
    const texts: string[] = []
    const enterCode = async (code: string) => {
      await page.locator('noscript input[name=code]').fill(code)
      await page.getByRole('button', { name: words('code.submit'), exact: true }).click()
    }
    for (const account of [`${newUsername()}@example.com`, robin.email]) {
      await page.context().clearCookies()
      await page.goto(`${app.url}/forgot-password`)
      await accountField(page).fill(account)
      await page.getByRole('button', { name: words('forgotPassword.submit') }).click()
      await expectHeading(page, words('code.title'))
      const read = async () => {
        const text = (await page.locator('main').textContent()) ?? ''
        texts.push(timeless(text, account).replace(/\d\d:\d\d:\d\d UTC/g, '…'))
      }
      await read()
      await enterCode('12345')
      await expect(page.getByText(words('errors.code-not-numeric'))).toBeVisible()
      await read()
    }
    expect(texts.slice(2)).toEqual(texts.slice(0, 2))
    expect(texts[0]).toContain('If there’s an account for')
    await enterCode(codeIn(await waitForEmailWith(app.mailboxDir, robin.email, '/api/accounts/forgot_password')))
    await expectHeading(page, words('resetPassword.title'))
  })
})
