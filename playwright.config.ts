import { availableParallelism } from 'node:os'
import { defineConfig, devices } from '@playwright/test'
import { CHROMIUM_ARGS, findSystemChromium, hasPlaywrightChromium } from './scripts/chromium'

const executablePath = hasPlaywrightChromium() ? undefined : findSystemChromium()

export default defineConfig({
  testDir: 'e2e',
  globalSetup: './server/testing/browser-setup.ts',
  fullyParallel: true,
  // These take a minute: `npm run test:all` runs them.
  testIgnore: process.env.TEST_ALL ? [] : ['faults.spec.ts'],
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
