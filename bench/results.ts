import fs from 'node:fs/promises'
import path from 'node:path'

const FOLDER = path.join(import.meta.dirname, 'results')

/** Writes what a command has measured: `<name>.md` and, if there are any, `<name>.json` and `<name>.svg`. */
export async function writeResults(
  name: string,
  parts: { markdown: string; json?: unknown; svg?: string },
): Promise<void> {
  await fs.mkdir(FOLDER, { recursive: true })
  const write = (ending: string, content: string) => fs.writeFile(path.join(FOLDER, `${name}.${ending}`), content)
  const files: [ending: string, content: string | undefined][] = [
    ['md', `${parts.markdown.trim()}\n`],
    ['json', parts.json === undefined ? undefined : `${JSON.stringify(parts.json, null, 2)}\n`],
    ['svg', parts.svg],
  ]
  const written = files.filter(([, content]) => content !== undefined)
  for (const [ending, content = ''] of written) await write(ending, content)
  console.log(`\nWritten to ${written.map(([ending]) => `bench/results/${name}.${ending}`).join(', ')}`)
}

/** The day of a result. */
export const today = () => new Date().toISOString().slice(0, 10)
