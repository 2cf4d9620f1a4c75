import type { Page } from '@playwright/test'
import { createDatabase, type Database } from '@/server/db/client'
import type { Locale } from '@/server/language/languages'
import { startTestApp, type TestApp } from '@/server/testing/app'
import { insertAccount } from './accounts'
import { test as base } from './fixtures'
import { expectLayoutHolds } from './layout-checks'
import { expectHeading } from './page-actions'
import { endPause, type PageState, STATES } from './states'
import { expectUsableByAll, expectWellMade } from './well-made'
import { words, wordsIn } from './words'

// Each state is opened once for each language. Then the window, the theme, the text and the forced colours change.

/** Too long for a line of a narrow window, without a space to wrap at. */
const LONG_NAME = 'Wolfeschlegelsteinhausenbergerdorff Reader'

const THEMES = ['light', 'dark'] as const

/** States with different layouts, from most pages. `npm test` checks these. */
const USUAL = new Set([
  'forgot-password-empty',
  'code',
  'new-password-refused',
  'link-waiting',
  'secure-account',
  'account',
  'sign-in-refused',
  'mailbox',
  'problem',
])

const unknown = [...USUAL].filter((usual) => !STATES.some(({ name }) => name === usual))
if (unknown.length > 0) throw new Error(`There is no state ${unknown.join(', ')}.`)

const CHECKED = STATES.filter(({ name }) => process.env.TEST_ALL || USUAL.has(name))

/**
 * What a state is checked in. `npm run test:all` takes everything. `npm test` takes one language, a third of the fonts and
 * text settings, and one theme for forced colours and the keyboard, by turns.
 */
function conditionsOf(state: PageState): {
  languages: Locale[]
  third?: number
  themes: readonly ('light' | 'dark')[]
} {
  if (process.env.TEST_ALL) return { languages: ['en', 'ar'], themes: THEMES }
  const index = CHECKED.indexOf(state)
  return { languages: [index % 4 === 1 ? 'ar' : 'en'], third: index % 3, themes: [THEMES[(index >> 2) % 2] ?? 'light'] }
}

interface Server {
  url: string
  db: Database
  mailboxDir: string
}

/** A pause is for everyone, so these states have a server of their own. */
const test = base.extend<object, { pausable: Server }>({
  pausable: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from this pattern
    async ({}, use) => {
      const app: TestApp = await startTestApp({ RATE_LIMIT_SCALE: '100' })
      const { db, close } = createDatabase(app.databaseUrl, { maxConnections: 1 })
      await use({ url: app.url, db, mailboxDir: app.mailboxDir })
      await close()
      await app.stop()
    },
    { scope: 'worker', timeout: 300_000 },
  ],
})

/** Opens the state in a language, and checks it. */
async function checkState(page: Page, state: PageState, language: Locale, { url, db, mailboxDir }: Server) {
  await page.context().addCookies([{ name: 'latchkey-language', value: language, url }])
  const newAccount = () => insertAccount(db, LONG_NAME)
  await state.open({ page, words: wordsIn(language), brand: 'Latchkey', origin: url, db, mailboxDir, newAccount })
  const what = `${state.name}, ${language}`
  const { third, themes } = conditionsOf(state)
  await expectWellMade(page, what, third)
  await expectUsableByAll(page, what, themes)
}

test.describe('axe finds no violation, and the layout holds with any font, with more space and with large text,', () => {
  for (const state of CHECKED.filter(({ pauses }) => !pauses)) {
    for (const language of conditionsOf(state).languages) {
      test(`of ${state.name} (${language})`, async ({ page, db, baseURL }) => {
        const mailboxDir = process.env.E2E_MAILBOX_DIR as string
        await checkState(page, state, language, { url: baseURL as string, db, mailboxDir })
      })
    }
  }

  // `npm test` has only the pause of everything, in pauses.spec.ts.
  const pausedStates = process.env.TEST_ALL ? STATES.filter(({ pauses }) => pauses) : []
  test.describe('while recovery is paused,', () => {
    test.describe.configure({ mode: 'default' })
    test.use({ baseURL: ({ pausable }, use) => use(pausable.url) })
    test.afterEach(({ pausable }) => endPause(pausable.db))

    for (const state of pausedStates) {
      for (const language of conditionsOf(state).languages) {
        test(`of ${state.name} (${language})`, ({ page, pausable }) => checkState(page, state, language, pausable))
      }
    }
  })

  test('of a page without JavaScript', async ({ browser, baseURL }) => {
    const context = await browser.newContext({ javaScriptEnabled: false })
    const page = await context.newPage()
    await page.goto(`${baseURL}/forgot-password`)
    await expectHeading(page, words('forgotPassword.title'))
    await expectLayoutHolds(page, 'forgot password, no JavaScript')
    await context.close()
  })
})
