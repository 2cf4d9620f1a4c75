import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'

const APP = path.resolve(import.meta.dirname, '..')
const files = globSync('**/*.{ts,tsx}', { cwd: APP }).filter((file) => !file.includes('.test.'))
const read = (file: string) => readFileSync(path.join(APP, file), 'utf8')

// The key that Next.js would encrypt closed-over values with can be computed from the source (`scripts/build.ts`).
it('no server action closes over a value or binds one', () => {
  const withActions = files.filter((file) => /['"]use server['"]/.test(read(file)))
  expect(withActions.length).toBeGreaterThan(3)
  expect(withActions.filter((file) => !/^['"]use server['"]/.test(read(file)))).toEqual([])
  expect(files.filter((file) => /\.bind\(/.test(read(file)))).toEqual([])
})
