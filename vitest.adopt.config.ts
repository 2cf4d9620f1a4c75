import { defineConfig } from 'vitest/config'
import base from './vitest.config.ts'

// Without projects: these tests choose their accounts themselves.
const { projects: _, env, ...test } = base.test ?? {}

/** `npm run test:adopt`: the real frameworks sign in with the passwords that Latchkey has set. */
export default defineConfig({
  ...base,
  test: {
    ...test,
    include: ['scripts/adopt/*.real.ts'],
    env: { ...env, TEST_ACCOUNTS: 'own', ACCOUNTS: 'own', SIGN_IN_URL: '' },
  },
})
