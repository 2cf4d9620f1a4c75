import { randomBytes } from 'node:crypto'
import type { APIResponse, Browser, BrowserContext, Page, Response } from '@playwright/test'
import { addAccount } from '@/server/accounts/add-account'
import { createDatabase } from '@/server/db/client'
import { startTestApp, type TestApp } from '@/server/testing/app'
import { test as base, expect, type Person } from './people'

/** One app for all stories of a worker: the one that the other tests share runs `reveal`. */
const test = base.extend<object, { concealing: TestApp }>({
  concealing: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from this pattern
    async ({}, use) => {
      const app = await startTestApp({ ACCOUNT_DISCLOSURE: 'conceal', RATE_LIMIT_SCALE: '100' })
      await use(app)
      await app.stop()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
})

/** As long as a known one, so that nothing is laid out otherwise. */
const newUsername = () => `robin${randomBytes(6).toString('hex')}`

async function addPerson(app: TestApp): Promise<Person> {
  const username = newUsername()
  const person = {
    email: `${username}@example.com`,
    username,
    fullName: 'Robin Reader',
    password: 'walnut bicycle north 7',
  }
  const { db, close } = createDatabase(app.databaseUrl, { maxConnections: 1 })
  await addAccount(db, person)
  await close()
  return person
}

/** All that a stranger can tell apart: what was answered, which cookies it set and how, what the page said. */
interface Told {
  answers: string[]
  texts: string[]
  /** Countdowns in seconds, which a slow moment may move. */
  countdowns: number[]
}

const COUNTDOWN = /(?<=again in )(?:(\d+):)?(\d+)/g
const SPOKEN_WAIT = /Wait \d+ \w+/g

function secondsIn(text: string) {
  return [...text.matchAll(COUNTDOWN)].map(([, minutes, seconds]) => Number(minutes ?? 0) * 60 + Number(seconds))
}

/** One answer, but for what differs from request to request; of the cookies the names and attributes. */
async function headOf(response: Response | APIResponse) {
  const cookies = (await response.headersArray())
    .filter(({ name }) => name.toLowerCase() === 'set-cookie')
    .map(({ value }) => value.replace(/=[^;]*/, '=…'))
  return [new URL(response.url()).pathname, response.status(), ...cookies].join(' ')
}

const bodyOf = (text: string, account: string) =>
  text
    .replaceAll(account, 'ACCOUNT')
    .replace(/"requestId":"[^"]+"/, '"requestId":"…"')
    .replace(/(Seconds":)\d+/g, (_, name) => `${name}…`)

/** Goes through every step of the code page for an account, with three wrong codes, and notes all it is told. */
async function walk(browser: Browser, app: TestApp, account: string): Promise<Told> {
  const told: Told = { answers: [], texts: [], countdowns: [] }
  const pages: Promise<string>[] = []
  const watch = async (context: BrowserContext): Promise<Page> => {
    const page = await context.newPage()
    page.on('response', (response) => {
      if (response.request().isNavigationRequest()) pages.push(headOf(response))
    })
    await page.route('**/api/**', async (route) => {
      const response = await route.fetch()
      told.answers.push(`${await headOf(response)} ${bodyOf(await response.text(), account)}`)
      await route.fulfill({ response })
    })
    return page
  }
  const note = async (page: Page) => {
    const text = (await page.locator('main').textContent()) ?? ''
    told.texts.push(text.replaceAll(account, 'ACCOUNT').replace(COUNTDOWN, '…').replace(SPOKEN_WAIT, 'Wait …'))
    told.countdowns.push(...secondsIn(text))
  }
  const ask = async (page: Page) => {
    await page.goto(`${app.url}/forgot-password`)
    await page.getByLabel('Email or username').fill(account)
    await page.getByRole('button', { name: 'Mail me' }).click()
    await expect(page.getByRole('heading', { name: 'Check your mail' })).toBeVisible()
    await expect(page.getByText(account)).toBeVisible()
  }

  const context = await browser.newContext()
  const page = await watch(context)
  await ask(page)
  await note(page)
  for (const [turn, answer] of [/2 tries left/, /1 try left/, /Codes are blocked/].entries()) {
    await page.getByLabel('Six-digit code').fill(`00000${turn}`)
    await expect(page.getByRole('alert').filter({ hasText: answer })).toBeVisible()
    await note(page)
  }
  await page.reload()
  await expect(page.getByRole('timer')).toBeVisible()
  await note(page)
  await page.getByRole('link', { name: 'Use another account' }).click()
  await expect(page.getByLabel('Email or username')).toHaveValue(account)
  await note(page)

  const elsewhere = await browser.newContext()
  const other = await watch(elsewhere)
  await ask(other)
  await expect(other.getByRole('timer')).toBeVisible()
  await note(other)
  const locked = await elsewhere.request.post(`${app.url}/api/trpc/recovery.verifyCode`, { data: { code: '000003' } })
  told.answers.push(`${locked.status()} ${(await locked.json()).error.data.reason}`)

  told.answers.push(...(await Promise.all(pages)))
  await context.close()
  await elsewhere.close()
  return told
}

test.describe('where accounts are concealed', () => {
  for (const kind of ['email', 'username'] as const) {
    test(`an ${kind} that has an account and one that has none are alike in every step`, async ({
      browser,
      concealing,
    }) => {
      test.slow()
      const robin = await addPerson(concealing)
      const nobody = kind === 'email' ? `${newUsername()}@example.com` : newUsername()
      const known = await walk(browser, concealing, robin[kind])
      const unknown = await walk(browser, concealing, nobody)

      expect(unknown.answers).toEqual(known.answers)
      expect(unknown.texts).toEqual(known.texts)
      expect(unknown.countdowns).toHaveLength(known.countdowns.length)
      for (const [place, seconds] of known.countdowns.entries()) {
        expect(Math.abs((unknown.countdowns[place] as number) - seconds)).toBeLessThan(15)
      }

      // And what both were told is what it should be.
      const all = known.answers.join('\n')
      expect(known.countdowns.filter((seconds) => seconds > 30 && seconds <= 60).length).toBeGreaterThanOrEqual(5)
      expect(known.texts[0]).toContain('If an account matches')
      expect(known.texts.join()).not.toMatch(/Is this you|•/)
      expect(all).not.toContain('locate')
      expect(all).toContain('429 code-blocked')
      expect(all).toMatch(/recovery\.request 200 \S*flow=…;.*HttpOnly/)
    })
  }

  test('the code of the mail works there too', async ({ page, concealing }) => {
    const robin = await addPerson(concealing)
    await page.goto(`${concealing.url}/forgot-password`)
    await page.getByLabel('Email or username').fill(robin.username)
    await page.getByRole('button', { name: 'Mail me' }).click()
    await expect(page.getByRole('heading', { name: 'Check your mail' })).toBeVisible()
    const mailbox = await page.context().newPage()
    await mailbox.goto(`${concealing.url}/dev/mailbox`)
    await mailbox.getByRole('link', { name: robin.email }).click()
    const code = /^\d{6}$/m.exec((await mailbox.locator('pre').textContent()) ?? '')?.[0] as string
    await page.getByLabel('Six-digit code').fill(code)
    await expect(page.getByRole('heading', { name: 'Choose a new password' })).toBeVisible()
  })
})
