import { defineConfig, devices } from '@playwright/test'
import { CHROMIUM_ARGS, findChromium } from './scripts/chromium'

const executablePath = findChromium()

export default defineConfig({
  testDir: 'e2e',
  globalSetup: './server/testing/browser-setup.ts',
  fullyParallel: true,
  forbidOnly: true,
  workers: 2,
  reporter: 'list',
  use: {
    ...devices['Desktop Chrome'],
    baseURL: process.env.E2E_URL, // set by the global setup, before any test reads it
    launchOptions: { args: CHROMIUM_ARGS, ...(executablePath && { executablePath }) },
    trace: 'retain-on-failure',
  },
})
