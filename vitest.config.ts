import { availableParallelism } from 'node:os'
import { defineConfig, type TestProjectConfiguration } from 'vitest/config'

const ALL = ['{app,messages,scripts,server}/**/*.test.{ts,tsx}']

/** These tests read the environment as a server does, once for each process, or replace modules. */
const ISOLATED = ['server/{api,http,mail,observability,openapi}/**/*.test.ts', 'server/accounts/sign-in.test.ts']

/** @param isolate whether each file has a process of its own, which imports everything again */
const project = (isolate: boolean, include: string[], exclude: string[] = []): TestProjectConfiguration => ({
  resolve: { tsconfigPaths: true },
  test: {
    name: isolate ? 'isolated' : 'shared',
    isolate,
    include,
    exclude,
    maxWorkers: availableParallelism(), // the default is one less, which halves the speed of two cores
    // Generous, for a slow or busy machine: no test measures itself by them.
    testTimeout: 120_000,
    hookTimeout: 240_000,
    // Tests do not depend on the environment of the test run.
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

export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    globalSetup: 'server/testing/global-setup.ts', // once for both projects
    projects: [project(false, ALL, ISOLATED), project(true, ISOLATED)],
  },
})
