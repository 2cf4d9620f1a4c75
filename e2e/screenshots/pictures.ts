import path from 'node:path'
import { test as base } from '@/e2e/fixtures'
import { endPause, STATES, type Visit } from '@/e2e/states'
import { wordsIn } from '@/e2e/words'
import { ROOT } from '@/scripts/environment'
import { type Locale, languageOf } from '@/server/language/languages'
import { settleEmails, settleTimes } from './fixed-times'
import { takeFlow } from './flow'
import { addNaturalAccount } from './natural-account'
import { takeSheet } from './sheet'

const FOLDER = path.join(ROOT, 'docs', 'screenshots')
const MAILBOX_DIR = process.env.E2E_MAILBOX_DIR as string

const test = base.extend<{ visit: Visit; language: Locale }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from this pattern
  language: async ({}, use, { project }) => use(project.name.split(' ')[0] as Locale),
  visit: async ({ page, db, language, baseURL }, use) => {
    const origin = baseURL as string
    await page.context().addCookies([{ name: 'latchkey-language', value: language, url: origin }])
    const words = wordsIn(language)
    await use({
      page,
      words,
      brand: 'Latchkey',
      origin,
      db,
      mailboxDir: MAILBOX_DIR,
      newAccount: () => addNaturalAccount(db, MAILBOX_DIR, language),
    })
  },
})

for (const state of STATES) {
  if (state.unpictured) continue
  test(state.name, { tag: state.pauses ? ['@pauses'] : [] }, async ({ visit, language, db }) => {
    try {
      await state.open(visit)
      if (visit.page.url().includes('/dev/mailbox')) await settleEmails(visit, language)
      await settleTimes(visit.page, languageOf(language).formats)
      await takeSheet(visit.page, path.join(FOLDER, `${state.name}.${language}.webp`))
    } finally {
      if (state.pauses) await endPause(db)
    }
  })
}

test.describe('README', () => {
  test.use({ deviceScaleFactor: 2, viewport: { width: 360, height: 640 } })

  test('the picture of the README', { tag: '@readme' }, async ({ visit }) => {
    await takeFlow(visit, path.join(ROOT, 'docs', 'flow.png'))
  })
})
