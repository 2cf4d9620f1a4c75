import fs from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { DEFENCES } from './defences'

const read = (file: string) => fs.readFile(path.resolve(import.meta.dirname, '..', '..', file), 'utf8')

// Running all of them takes too long here: that is `npm run mutations`.
describe.each(DEFENCES)('the mutation of "$defence"', ({ defence, file, from, to, test }) => {
  it('can be made in one place, has a test, and is in docs/security.md', async () => {
    expect((await read(file)).split(from)).toHaveLength(2)
    expect(to).not.toBe(from)
    await read(test)
    expect(await read('docs/security.md')).toContain(`| ${defence} | \`${test}\`: `)
  })
})
