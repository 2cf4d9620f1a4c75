import { defineConfig } from 'vitest/config'
import base from './vitest.config.ts'

/** `npm run test:adopt`: the real frameworks sign in with the passwords that Latchkey has set. */
export default defineConfig({ ...base, test: { ...base.test, include: ['scripts/adopt/*.real.ts'] } })
