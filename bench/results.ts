import fs from 'node:fs/promises'
import path from 'node:path'

const FOLDER = path.join(import.meta.dirname, 'results')

/** Writes what a command has measured: `<name>.md`, `<name>.json` and, if there is one, `<name>.svg`. */
export async function writeResults(
  name: string,
  parts: { markdown: string; json: unknown; svg?: string },
): Promise<void> {
  await fs.mkdir(FOLDER, { recursive: true })
  const write = (ending: string, content: string) => fs.writeFile(path.join(FOLDER, `${name}.${ending}`), content)
  await write('md', `${parts.markdown.trim()}\n`)
  await write('json', `${JSON.stringify(parts.json, null, 2)}\n`)
  if (parts.svg) await write('svg', parts.svg)
  console.log(`\nWritten to bench/results/${name}.md, .json${parts.svg ? ' and .svg' : ''}`)
}

/** The day of a result. */
export const today = () => new Date().toISOString().slice(0, 10)
