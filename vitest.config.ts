import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    include: ['{app,messages,scripts,server}/**/*.test.{ts,tsx}'],
    globalSetup: 'server/testing/global-setup.ts',
    // Two cores run the tests and PostgreSQL; a hook may wait for a Chromium of its own.
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // The environment of whoever runs the tests is not the tests' business.
    env: {
      DATABASE_URL: '',
      APP_URL: '',
      APP_SECRET: '',
      RESEND_API_KEY: '',
      MAIL_FROM: '',
      SERVICE_API_KEY: '',
      NO_COLOR: '1',
    },
  },
})
