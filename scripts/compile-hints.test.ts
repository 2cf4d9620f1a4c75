import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { addCompileHints, COMPILE_HINT } from './compile-hints'

test('every script of a build gets the hint once, and nothing else changes', async () => {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'latchkey-hints-'))
  try {
    await fs.writeFile(path.join(folder, 'page.js'), '"use strict";start("ü")')
    await fs.writeFile(path.join(folder, 'page.css'), 'p{}')
    await addCompileHints(folder)
    // The next build keeps the files that have not changed.
    await fs.writeFile(path.join(folder, 'new.js'), 'start()')
    await addCompileHints(folder)
    const contentOf = (name: string) => fs.readFile(path.join(folder, name), 'utf8')
    expect(await contentOf('page.js')).toBe(`${COMPILE_HINT}"use strict";start("ü")`)
    expect(await contentOf('new.js')).toBe(`${COMPILE_HINT}start()`)
    expect(await contentOf('page.css')).toBe('p{}')
  } finally {
    await fs.rm(folder, { recursive: true, force: true })
  }
})
