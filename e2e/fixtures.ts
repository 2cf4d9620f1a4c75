import { type BrowserContext, test as base, expect, type Page } from '@playwright/test'
import { createDatabase, type Database } from '@/server/db/client'
import { insertAccount, type TestAccount } from './accounts'

interface TestFixtures {
  /** Adds an account that only this test uses. */
  newAccount: (fullName?: string) => Promise<TestAccount>
  /** Opens a page on another device: a browser context without this one's cookies. */
  otherDevice: () => Promise<Page>
}

interface WorkerFixtures {
  /** The database of the app under test. */
  db: Database
}

/** Tests against the app that all of them share. It runs with ACCOUNT_DISCLOSURE=reveal. */
export const test = base.extend<TestFixtures, WorkerFixtures>({
  db: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from this pattern
    async ({}, use) => {
      const { db, close } = createDatabase(process.env.E2E_DATABASE_URL as string, { maxConnections: 2 })
      await use(db)
      await close()
    },
    { scope: 'worker' },
  ],
  newAccount: async ({ db }, use) => {
    await use((fullName) => insertAccount(db, fullName))
  },
  otherDevice: async ({ browser }, use) => {
    const contexts: BrowserContext[] = []
    await use(async () => {
      const context = await browser.newContext()
      contexts.push(context)
      return context.newPage()
    })
    for (const context of contexts) await context.close()
  },
})

export { expect }
