import { defineConfig } from '@playwright/test'
import tests from '@/playwright.config'
import { LOCALES } from '@/server/language/languages'

/** English, and Arabic as the language that is written from right to left. */
const PICTURED = LOCALES.filter((locale) => ['en', 'ar'].includes(locale))

/**
 * `npm run screenshots`: one project for each language. The states that pause recovery for everyone come last, one
 * language after the other.
 */
export default defineConfig({
  ...tests,
  testDir: '.',
  testMatch: 'pictures.ts',
  globalSetup: '../../server/testing/browser-setup.ts',
  fullyParallel: false,
  workers: PICTURED.length,
  projects: [
    // The README is in English.
    ...PICTURED.map((locale) => ({ name: locale, grepInvert: locale === 'en' ? /@pauses/ : /@pauses|@readme/ })),
    ...PICTURED.map((locale, index) => ({
      name: `${locale} paused`,
      grep: /@pauses/,
      dependencies: index === 0 ? [...PICTURED] : [`${PICTURED[index - 1]} paused`],
    })),
  ],
})
