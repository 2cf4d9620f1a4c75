import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from './environment'

const FOLDER = path.join(ROOT, 'docs', 'screenshots')
const MOST_BYTES = 3_000_000

const files = readdirSync(FOLDER).filter((file) => file !== 'README.md')

test('the list of pictures names every file that there is, and no other', () => {
  const index = readFileSync(path.join(FOLDER, 'README.md'), 'utf8')
  const named = [...index.matchAll(/\]\(([^)]+)\)/g)].map(([, file]) => file)
  expect(named.length).toBeGreaterThan(50)
  expect(named.sort()).toEqual(files.sort())
})

test('all pictures together are smaller than 3 MB', () => {
  const bytes = files.reduce((sum, file) => sum + statSync(path.join(FOLDER, file)).size, 0)
  expect(bytes).toBeLessThan(MOST_BYTES)
})
