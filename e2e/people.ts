import { randomBytes } from 'node:crypto'
import { type BrowserContext, test as base, expect, type Page } from '@playwright/test'
import { addAccount } from '@/server/accounts/add-account'
import { createDatabase, type Database } from '@/server/db/client'

/** Somebody with an account that only one test uses. */
export interface Person {
  email: string
  username: string
  fullName: string
  password: string
}

interface World {
  /** The database of the app under test. */
  db: Database
  /** Makes somebody with an account. */
  newPerson: (fullName?: string) => Promise<Person>
  /** A second browser, elsewhere in the world. */
  otherBrowser: () => Promise<{ context: BrowserContext; page: Page }>
}

export const NEW_PASSWORD = 'plum river lantern 42'

export const test = base.extend<World>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from this pattern
  db: async ({}, use) => {
    const { db, close } = createDatabase(process.env.E2E_DATABASE_URL as string, { maxConnections: 2 })
    await use(db)
    await close()
  },
  newPerson: async ({ db }, use) => {
    await use(async (fullName = 'Robin Reader') => {
      const username = `robin${randomBytes(6).toString('hex')}`
      const person = { email: `${username}@example.com`, username, fullName, password: 'walnut bicycle north 7' }
      await addAccount(db, person)
      return person
    })
  },
  otherBrowser: async ({ browser }, use) => {
    const contexts: BrowserContext[] = []
    await use(async () => {
      const context = await browser.newContext()
      contexts.push(context)
      return { context, page: await context.newPage() }
    })
    for (const context of contexts) await context.close()
  },
})

export { expect }

/** Signs in through the page and waits for the account. */
export async function signIn(page: Page, account: string, password: string, origin = '') {
  await page.goto(`${origin}/sign-in`)
  await page.getByLabel('Email or username').fill(account)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('heading', { name: 'Your account' })).toBeVisible()
}

/** Tries to sign in with a password that no longer is one. */
export async function failToSignIn(page: Page, account: string, password: string, origin = '') {
  await page.goto(`${origin}/sign-in`)
  await page.getByLabel('Email or username').fill(account)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('alert').filter({ hasText: 'do not go together' })).toBeVisible()
}

/** Asks for a mail on the page. */
export async function requestEmail(page: Page, account: string) {
  await page.goto('/forgot-password')
  await page.getByLabel('Email or username').fill(account)
  await page.getByRole('button', { name: 'Mail me' }).click()
  // Under `reveal`, which the app under test runs, the account is shown first.
  await page.getByRole('button', { name: 'Yes, send the mail' }).click()
  await expect(page.getByRole('heading', { name: 'Check your mail' })).toBeVisible()
}

/** Opens the newest mail to somebody with this subject in the mailbox, once it is there. */
export async function openEmail(page: Page, to: string, subject: string) {
  await page.goto('/dev/mailbox')
  await page
    .getByRole('link', { name: subject })
    .and(page.getByRole('link', { name: to }))
    .first()
    .click()
  await expect(page.getByRole('heading', { name: subject, level: 1 })).toBeVisible()
}

/** The link in the text part of the mail that is open. */
export async function linkInEmail(page: Page): Promise<string> {
  const link = page.getByRole('link', { name: /^https?:.*token=/ })
  return (await link.getAttribute('href')) as string
}

/** The code in the text part of the mail that is open. */
export async function codeInEmail(page: Page): Promise<string> {
  return /^\d{6}$/m.exec((await page.locator('pre').textContent()) ?? '')?.[0] as string
}

/** Fills in and sends the form that chooses a new password. */
export async function choosePassword(page: Page, password: string, again = password) {
  await page.getByLabel('New password', { exact: true }).fill(password)
  await page.getByRole('textbox', { name: 'New password again' }).fill(again)
  await page.getByRole('button', { name: 'Change my password' }).click()
}
