import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    include: ['{app,messages,scripts,server}/**/*.test.{ts,tsx}'],
    globalSetup: 'server/testing/global-setup.ts',
    isolate: false, // files share a process; `reset-process.ts` keeps them independent
    setupFiles: 'server/testing/reset-process.ts',
    maxWorkers: availableParallelism(), // the default is one less, which halves the speed of two cores
    // Generous, for a slow or busy machine: no test measures itself by them.
    testTimeout: 120_000,
    hookTimeout: 240_000,
    // Tests do not depend on the environment of the test run.
    env: {
      DATABASE_URL: '',
      DATABASE_POOLING: process.env.TEST_POOLING === 'pgbouncer' ? 'transaction' : '',
      APP_URL: '',
      APP_SECRET: '',
      RESEND_API_KEY: '',
      MAIL_FROM: '',
      SERVICE_API_KEY: '',
      NO_COLOR: '1',
    },
  },
})
