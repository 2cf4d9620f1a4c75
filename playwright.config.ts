import { availableParallelism } from 'node:os'
import { defineConfig, devices } from '@playwright/test'
import { CHROMIUM_ARGS, findSystemChromium, hasPlaywrightChromium } from './scripts/chromium'

const executablePath = hasPlaywrightChromium() ? undefined : findSystemChromium()

/** The stories that are run with the files of the image too. */
const MAIN_JOURNEYS = ['api-docs', 'brand', 'code-journey', 'image', 'link-journey', 'without-javascript']

/** Tests that only `npm run test:all` runs: long ones, of which `npm test` has a similar one. */
const ONLY_ALL = /@all/
const LONG_FILES = [
  'adopter-example',
  'api-docs',
  'attack',
  'bound-form',
  'code-grant',
  'codes-off',
  'contracts/external*',
  'faults',
  'mailbox-page',
  'stop-emails',
].map((name) => `${name}.spec.ts`)

/** `npm run test:all` sets these variables. */
function testsOf({ TEST_ALL, TEST_IMAGE }: NodeJS.ProcessEnv) {
  if (TEST_IMAGE) return { testMatch: MAIN_JOURNEYS.map((name) => `e2e/${name}.spec.ts`) }
  if (TEST_ALL) return { testIgnore: ['image.spec.ts'] }
  return { testIgnore: ['image.spec.ts', ...LONG_FILES], grepInvert: ONLY_ALL }
}

export default defineConfig({
  testDir: 'e2e',
  globalSetup: './server/testing/browser-setup.ts',
  fullyParallel: true,
  ...testsOf(process.env),
  forbidOnly: true,
  workers: Math.max(2, Math.floor(availableParallelism() / 2)),
  reporter: 'list',
  // Generous, for machines much slower than ours: a test waits for conditions and never for the clock.
  timeout: 300_000,
  expect: { timeout: 30_000 },
  use: {
    ...devices['Desktop Chrome'],
    baseURL: process.env.E2E_URL, // set by the global setup before tests run
    // Fixed, so that results do not depend on the machine. The zone is not the server's: a page must not mix the two.
    locale: 'en-GB',
    timezoneId: 'Asia/Kolkata',
    launchOptions: { args: CHROMIUM_ARGS, ...(executablePath && { executablePath }) },
    // Recording takes almost as long as the tests themselves. To look into a failure: playwright test --trace on
    trace: 'off',
  },
})
