import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'

const ROOT = path.resolve(import.meta.dirname, '..')
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8')
const exists = (file: string) => existsSync(path.join(ROOT, file))
const matches = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1] ?? '')

const PAGES = [
  'README.md',
  'SECURITY.md',
  'bench/README.md',
  'docs/architecture.md',
  'docs/contracts.md',
  'docs/deployment.md',
  'docs/emails.md',
  'docs/events.md',
  'docs/languages.md',
  'docs/operations.md',
  'docs/other-databases.md',
  'docs/passwords.md',
  'docs/scaling.md',
  'docs/security.md',
  'docs/testing.md',
  ...readdirSync(path.join(ROOT, 'docs', 'adopt')).map((page) => `docs/adopt/${page}`),
]
const FOLDERS = readdirSync(ROOT, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? entry.name : []))

/** A name in backticks counts as a path if it names a file in a folder, or begins with a folder of the repository. */
function pathsIn(text: string): string[] {
  const names = matches(text, /`([\w.()<>[\]/-]+)`/g).filter((name) => !name.startsWith('/'))
  const isPath = (name: string) =>
    /\/[\w.-]+\.(tsx?|mjs|md|sql|png)$/.test(name) || FOLDERS.includes(name.split('/')[0] ?? '')
  return names.filter((name) => name.includes('/') && isPath(name)).map((name) => name.replace(/<.*/, ''))
}

/** Read by Node.js and Next.js, or set by the start script. An operator does not set them. */
const INTERNAL_VARIABLES = ['NODE_ENV', 'EMBEDDED_DATABASE', 'MAILBOX_DIR', 'PROCESS_NUMBER']

describe.each(PAGES)('%s', (page) => {
  test('names only paths that exist', () => {
    expect(pathsIn(read(page)).filter((name) => !exists(name))).toEqual([])
  })

  test('links only to files that exist', () => {
    const targets = matches(read(page), /\]\((?!https?:)([^)#]+)/g)
    expect(targets.filter((target) => !exists(path.join(path.dirname(page), target)))).toEqual([])
  })

  test('mentions only npm scripts that exist', () => {
    const mentioned = matches(read(page), /npm (?:run )?(start|test|(?<=run )[\w-]+)/g)
    expect(mentioned.filter((name) => !(name in JSON.parse(read('package.json')).scripts))).toEqual([])
  })
})

test('README.md has every variable of server/settings/variables.ts, and no other', () => {
  const rows = read('README.md').match(/^\| `[A-Z][A-Z_]+`.*$/gm) ?? []
  const documented = rows.flatMap((row) => matches(row.split(' | ')[0] ?? '', /`([A-Z_]+)`/g))
  const declared = matches(read('server/settings/variables.ts'), /^ {2}([A-Z][A-Z_]+):/gm)
  expect(documented.sort()).toEqual(declared.filter((name) => !INTERNAL_VARIABLES.includes(name)).sort())
})

test('docs/architecture.md names every folder of the server', () => {
  const folders = readdirSync(path.join(ROOT, 'server'), { withFileTypes: true }).filter((entry) => entry.isDirectory())
  const named = pathsIn(read('docs/architecture.md'))
  expect(
    folders.map(({ name }) => `server/${name}`).filter((folder) => !named.some((name) => name.startsWith(folder))),
  ).toEqual([])
})

test('SECURITY.md names only tests that exist', () => {
  const named = [...read('SECURITY.md').matchAll(/"([^"]+)" in `([^`]+)`/g)].map(([, name = '', file = '']) => ({
    name,
    file,
  }))
  expect(named.length).toBeGreaterThan(80)
  const missing = named.filter(({ name, file }) => !read(file).replaceAll("\\'", "'").includes(name))
  expect(missing).toEqual([])
})

test('docs/testing.md shows the browser test that is run', () => {
  expect(read('docs/testing.md')).toContain(`\`\`\`ts\n${read('e2e/adopter-example.spec.ts')}\`\`\``)
})
