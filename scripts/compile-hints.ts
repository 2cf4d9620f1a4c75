import fs from 'node:fs/promises'
import path from 'node:path'

/** https://v8.dev/blog/explicit-compile-hints */
export const COMPILE_HINT = '//# allFunctionsCalledOnLoad\n'

/**
 * Marks the scripts of a build, so that Chromium compiles them on other threads while they arrive. Otherwise it compiles
 * each module on the main thread at first use, which is most of the time in which a page cannot answer. Other browsers see
 * a comment.
 * @param folder the folder of a build with the scripts for browsers. Scripts that are marked already stay as they are.
 */
export async function addCompileHints(folder: string): Promise<void> {
  for (const name of await fs.readdir(folder)) {
    if (!name.endsWith('.js')) continue
    const file = path.join(folder, name)
    const script = await fs.readFile(file, 'utf8')
    if (!script.startsWith(COMPILE_HINT)) await fs.writeFile(file, COMPILE_HINT + script)
  }
}
