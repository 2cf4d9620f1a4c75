import fs from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { DEFENCES } from './defences'

const read = (file: string) => fs.readFile(path.resolve(import.meta.dirname, '..', '..', file), 'utf8')

const TITLE_WITH_PARAMETER = /'([^'\n]*%s[^'\n]*)'/g

/** Whether the source of a test file has this title, as it is or with a word in the place of each `%s`. */
const isTitleIn = (source: string, title: string) =>
  source.includes(title) ||
  [...source.matchAll(TITLE_WITH_PARAMETER)].some(([, pattern = '']) => {
    const [start = '', end = ''] = pattern.split('%s')
    return title.includes(start) && title.endsWith(end)
  })

// Running all of them takes too long here: that is `npm run mutations`.
describe.each(DEFENCES)('the mutation of "$defence"', ({ defence, file, from, to, test, name }) => {
  it('can be made in one place, names a test that exists, and is in docs/security.md', async () => {
    expect((await read(file)).split(from)).toHaveLength(2)
    expect(to).not.toBe(from)
    expect(isTitleIn(await read(test), name), `no test is called "${name}"`).toBe(true)
    expect(await read('docs/security.md')).toContain(`| ${defence} | \`${test}\`: ${name} |`)
  })
})
