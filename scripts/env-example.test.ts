import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parseEnv } from 'node:util'
import { expect, test } from 'vitest'
import { readEnvironment } from '@/server/env'
import { problemsOf } from '@/server/testing/environments'
import { ROOT } from './environment'

const example = parseEnv(readFileSync(path.join(ROOT, '.env.example'), 'utf8'))
/** What an operator fills in. */
const FILLED_IN = { APP_SECRET: 'q7Zr0Xb2Vf5Nw8Kd1Ls4Hj6Gt9Py3Ua0Ce7Mi2Ro', RESEND_API_KEY: 're_123456789' }

test('the example configuration is accepted once its secrets are filled in', () => {
  expect(problemsOf({ ...example, ...FILLED_IN })).toEqual([])
  const environment = readEnvironment({ ...example, ...FILLED_IN })
  expect(environment).toMatchObject({ passwordMinLength: 15, disclosure: 'conceal' })
  expect(environment.breachedPasswordsUrl).toBe('https://api.pwnedpasswords.com/range/')
})

test('as it is, the example is refused, and each line names what to fill in', () => {
  const names = problemsOf(example).map((line) => line.split(' ')[0])
  expect(names.sort()).toEqual(Object.keys(FILLED_IN).sort())
})
