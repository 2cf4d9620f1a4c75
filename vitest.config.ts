import { availableParallelism } from 'node:os'
import { configDefaults, defineConfig } from 'vitest/config'
import { EXTERNAL_ONLY, EXTERNAL_TESTS, OWN_ONLY } from './server/testing/directories.ts'

/**
 * Tests that only `npm run test:all` runs: long ones, of which `npm test` has a similar one. They start many processes, or
 * use tables of one more framework.
 */
const LONG_FILES = process.env.TEST_ALL
  ? []
  : [
      'scripts/adopt/{authjs,devise,laravel,supabase}.test.ts',
      'scripts/attack/attack.test.ts',
      'scripts/{doctor-command,embedded-postgres,operator-commands}.test.ts',
      'server/mail/faults-together.test.ts',
    ]

/** The environment of a server with these accounts. */
const environmentOf = (accounts: 'own' | 'external') => ({
  TEST_ACCOUNTS: accounts,
  ACCOUNTS: accounts,
  SIGN_IN_URL: accounts === 'own' ? '' : 'https://members.example.com/login',
})

/** One project for each value of ACCOUNTS. `vitest --project own` runs one of them. */
const project = (name: 'own' | 'external', include: string[], exclude: string[] = []) => ({
  test: { name, include, exclude: [...configDefaults.exclude, ...exclude], env: environmentOf(name) },
})

export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    projects: [
      project('own', ['{app,bench,messages,scripts,server}/**/*.test.{ts,tsx}'], [EXTERNAL_ONLY, ...LONG_FILES]),
      project('external', EXTERNAL_TESTS, Object.keys(OWN_ONLY)),
    ],
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
      // Set by `npm run test:all` for this configuration only, so no server could read it.
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
