import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import cruiser, { PARTS as parts } from '@/.dependency-cruiser.mjs'
import { ROOT } from './environment'
import { type CruisedModule, findFolderCycles } from './folder-cycles'
import { SOURCES } from './task-runner'

const PARTS: Record<string, string[]> = parts

/** A file with one import, and the rules that refuse it. A `*` in a path becomes a name of its own. */
type Planted = [file: string, imported: string, ...rules: string[]]

const planted: Planted[] = [
  // Each part imports something that is listed below it.
  ...Object.keys(PARTS).map((part): Planted => {
    const file = /\.ts$/.test(part) ? part : `${part}/*.ts`
    return [file, part === 'e2e' ? '@/bench/stub' : '@/e2e/stub', `imports of ${part}`]
  }),
  ['app/*/form.tsx', '@/server/contracts/some/handlers', 'a component imports no server code'],
  ['app/*/form.tsx', '@/server/db/stub', 'a component imports no server code', 'imports of app'],
  ['app/*/form.tsx', '@/server/env', 'a component imports no server code', 'imports of app'],
  ['app/*/form.tsx', '@/server/core/schemas', 'a component imports no server code', 'imports of app'],
  ['app/*/page.tsx', '@/server/brand/brand', 'a component imports no server code'],
  ['app/*/form.tsx', '@/server/api/root', 'a component imports only types of the API'],
  ['app/*/form.tsx', '@/app/_trpc/server', 'a component calls procedures from the browser'],
  ['app/*/form.tsx', '@/app/_trpc/form-action', 'a component calls procedures from the browser'],
  ['app/_trpc/form-action.ts', '@/server/http/stub', 'the server-side caller imports the API only'],
  ['app/*/form.tsx', 'drizzle-orm', 'app uses no server packages'],
  ['app/*/page.tsx', 'drizzle-orm/pg-core', 'app uses no server packages'],
  ['app/*/page.tsx', '@/server/mail/transports/mailbox', 'a component imports no server code'],
  ['app/*/form.tsx', 'node:crypto', 'a component uses no Node.js modules'],
  ['app/dev/mailbox/*/page.tsx', '@/server/mail/outbox', 'imports of app'],
  ['app/dev/mailbox/*.tsx', '@/server/contracts/some/handlers', 'a component imports no server code'],
  ['app/_trpc/client.ts', '@/server/api/root', 'a component imports only types of the API'],
  ['app/_trpc/other.ts', 'node:crypto', 'a component uses no Node.js modules'],
  ['app/*/route.ts', 'next/server', 'a route re-exports one handler'],
  ['app/*/route.ts', '@/server/api/root', 'a route re-exports one handler'],
  ['app/*/route.ts', '@/server/recovery/stub', 'a route re-exports one handler', 'imports of app'],
  ['app/_trpc/server.tsx', '@/server/http/stub', 'the server-side caller imports the API only'],
  ['server/api/*.ts', '@/server/contracts/some/handlers', 'imports of server/api'],
  ['server/api/*.ts', '@/server/mail/outbox', 'imports of server/api'],
  ['server/api/*.ts', '@/server/db/stub', 'imports of server/api'],
  ['server/api/*.ts', 'drizzle-orm', 'adapters call verbs'],
  ['server/contracts/*/handlers.ts', 'postgres', 'adapters call verbs'],
  ['server/contracts/*/handlers.ts', '@/server/api/root', 'imports of server/contracts'],
  [
    'server/contracts/*/handlers.ts',
    '@/server/contracts/some/handlers',
    'contracts do not share code by importing each other',
  ],
  ['server/recovery/*.ts', '@/server/api/root', 'imports of server/recovery'],
  ['server/recovery/*.ts', '@/server/env', 'imports of server/recovery'],
  ['server/accounts/*.ts', '@/server/recovery/stub', 'imports of server/accounts'],
  ['server/accounts/*.ts', '@/server/mail/outbox', 'imports of server/accounts'],
  ['server/mail/*.ts', '@/server/recovery/stub', 'imports of server/mail'],
  ['server/mail/*.ts', '@/server/accounts/stub', 'imports of server/mail'],
  ['server/mail/*.ts', 'type @/server/recovery/stub', 'imports of server/mail'],
  ['server/db/*.ts', '@/server/limits/stub', 'imports of server/db'],
  ['messages/*.ts', '@/server/db/stub', 'imports of messages'],
  ['server/recovery/*.ts', '@/server/mail/worker', 'recovery writes to the queue and sends nothing'],
  ['server/recovery/*.ts', '@/server/events/worker', 'events are queued, not sent'],
  ['server/mail/*.ts', '@/server/events/worker', 'events are queued, not sent'],
  ['server/recovery/*.ts', 'next/headers', 'the core knows no framework'],
  ['server/accounts/*.ts', 'react', 'the core knows no framework'],
  ['server/limits/*.ts', '@trpc/server', 'the core knows no framework'],
  ['scripts/*.ts', '@/server/testing/stub', 'imports of scripts'],
  ['server/core/*.ts', '@/server/core/missing', 'every import resolves'],
  // Two files that import each other.
  ['server/core/first.ts', '@/server/core/second', 'no cycle'],
  ['server/core/second.ts', '@/server/core/first', 'no cycle'],
  // Two folders that import each other through a third: recovery, mail, audit, recovery. The files form no cycle.
  ['server/recovery/*.ts', '@/server/mail/outbox'],
  ['server/mail/*.ts', '@/server/audit/stub'],
  ['server/audit/*.ts', '@/server/recovery/stub', 'imports of server/audit'],
  // Allowed imports.
  ['app/*/form.tsx', '@/app/_trpc/client'],
  ['app/*/form.tsx', '@/messages/en.json'],
  ['app/*/form.tsx', '@/server/core/typed-input'],
  ['app/*/form.tsx', 'type @/server/api/root'],
  ['app/*/page.tsx', '@/app/_trpc/server'],
  ['app/*/action.ts', '@/app/_trpc/form-action'],
  ['app/layout.tsx', '@/server/brand/brand'],
  ['app/dev/mailbox/*/page.tsx', '@/server/mail/transports/mailbox'],
  ['app/*/route.ts', '@/server/contracts/some/handlers'],
  ['app/*/route.ts', '@/server/http/stub'],
  ['server/api/*.ts', '@/server/recovery/stub'],
  ['server/contracts/*/handlers.ts', './schema'],
  ['server/mail/*.ts', '@/server/db/stub'],
  ['server/recovery/*.test.ts', '@/server/testing/stub'],
]

const cases = planted.map(([file, imported, ...rules], index) => ({
  file: file.replace('*', `planted-${index}`),
  imported,
  rules: rules.sort(),
}))

let folder: string

/** Runs the checker in a folder. */
async function cruise(cwd: string, sources: string[]) {
  const { stdout } = await execa('depcruise', ['--output-type=json', ...sources], {
    cwd,
    preferLocal: true,
    localDir: ROOT,
    reject: false,
  })
  return JSON.parse(stdout) as {
    modules: CruisedModule[]
    summary: { violations: { from: string; rule: { name: string }; cycle?: { name: string }[] }[] }
  }
}

async function write(file: string, text: string) {
  await fs.mkdir(path.dirname(path.join(folder, file)), { recursive: true })
  await fs.writeFile(path.join(folder, file), text)
}

beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'latchkey-rules-'))
  await fs.symlink(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'))
})
afterAll(() => fs.rm(folder, { recursive: true }))

describe('folders', () => {
  /** The rules that dependency-cruiser reports for each file. */
  let reported: Map<string, string[]>
  let folderCycles: string[]

  beforeAll(async () => {
    for (const file of ['.dependency-cruiser.mjs', 'tsconfig.json']) {
      await fs.copyFile(path.join(ROOT, file), path.join(folder, file))
    }
    const files = new Set(cases.map(({ file }) => file.replace(/\.tsx?$/, '')))
    for (const { file, imported } of cases) {
      const [specifier = '', type] = imported.split(' ').reverse()
      const own = specifier.startsWith('@/') && specifier.slice(2)
      if (own && !own.endsWith('/missing') && !files.has(own)) await write(`${own}.ts`, 'export {}\n')
      if (specifier.startsWith('./')) await write(path.join(path.dirname(file), `${specifier}.ts`), 'export {}\n')
      await write(file, type ? `import type { Some } from '${specifier}'\n` : `import '${specifier}'\n`)
    }
    const { modules, summary } = await cruise(folder, ['.'])
    folderCycles = findFolderCycles(modules)
    reported = new Map()
    for (const { from, rule, cycle = [{ name: from }] } of summary.violations) {
      for (const { name } of cycle) reported.set(name, [...(reported.get(name) ?? []), rule.name].sort())
    }
  })

  test.each(cases.filter(({ rules }) => rules.length > 0))('$file may not import $imported', ({ file, rules }) => {
    expect(reported.get(file)).toEqual(rules)
  })

  test.each(cases.filter(({ rules }) => rules.length === 0))('$file may import $imported', ({ file }) => {
    expect(reported.get(file)).toBeUndefined()
  })

  test('folders that import each other through a third are found', () => {
    expect(folderCycles).toEqual(expect.arrayContaining(['server/audit', 'server/mail', 'server/recovery']))
  })

  test('no two folders of the repository import each other, even through others', async () => {
    const { modules } = await cruise(ROOT, SOURCES)
    expect(modules.length).toBeGreaterThan(100)
    expect(findFolderCycles(modules)).toEqual([])
  })

  test('every rule has a planted violation', () => {
    const tested = new Set(cases.flatMap(({ rules }) => rules))
    expect((cruiser.forbidden ?? []).filter(({ name = '' }) => !tested.has(name))).toEqual([])
  })
})

test('a part imports only parts listed above it, so no two parts can import each other, even through others', () => {
  const above: string[] = []
  for (const [part, mayImport] of Object.entries(PARTS)) {
    const isAbove = (imported: string) => above.some((one) => imported === one || imported.startsWith(`${one}/`))
    expect(
      mayImport.filter((imported) => !isAbove(imported)),
      part,
    ).toEqual([])
    above.push(part)
  }
})

test('every folder and file with code belongs to a part, and every part is checked', async () => {
  const { stdout } = await execa('git', ['ls-files', '*.ts', '*.tsx', '*.mjs'], { cwd: ROOT })
  const topLevel = new Set(stdout.split('\n').map((file) => file.split('/')[0] as string))
  const settings = /\.config\.(ts|mjs)$|^\.dependency-cruiser\.mjs$/
  expect([...topLevel].filter((name) => name !== 'server' && !PARTS[name] && !settings.test(name))).toEqual([])
  const entries = (await fs.readdir(path.join(ROOT, 'server'))).filter((entry) => !entry.includes('.test.'))
  expect(entries.filter((entry) => !PARTS[`server/${entry}`])).toEqual([])
  const checked = (part: string) => SOURCES.includes(part.split('/')[0] as string)
  expect(Object.keys(PARTS).filter((part) => part !== 'drizzle' && !checked(part))).toEqual([])
})

describe('within a file', () => {
  const lines: [file: string, line: string, message?: string][] = [
    ['app/some/form.tsx', "import '../_components/field'", 'Another folder is imported as'],
    ['server/mail/some.ts', "import './../db/client'", 'Another folder is imported as'],
    ['server/recovery/some.ts', 'export const url = process.env.DATABASE_URL', "Don't use process.env"],
    ['app/other/form.tsx', "import './field'"],
    ['server/env.ts', 'export const url = process.env.DATABASE_URL'],
    ['scripts/some.ts', 'export const url = process.env.DATABASE_URL'],
  ]
  let reported: Map<string, string>

  beforeAll(async () => {
    const config = JSON.parse(await fs.readFile(path.join(ROOT, 'biome.json'), 'utf8'))
    for (const override of config.overrides) override.includes = override.includes.map((glob: string) => `lint/${glob}`)
    await write('biome.json', JSON.stringify({ ...config, $schema: undefined, vcs: undefined }))
    for (const [file, line] of lines) await write(`lint/${file}`, `${line}\n`)
    const rules = ['style/noRestrictedImports', 'style/noProcessEnv'].map((rule) => `--only=${rule}`)
    const { stdout } = await execa('biome', ['lint', ...rules, '--max-diagnostics=none', '--reporter=github', 'lint'], {
      cwd: folder,
      preferLocal: true,
      localDir: ROOT,
      reject: false,
    })
    const found = stdout.matchAll(/^::error .*file=([^,]+),.*?::(.*)$/gm)
    reported = new Map(
      [...found].map(([, file = '', message = '']) => [
        path.relative(`${folder}/lint`, path.resolve(folder, file)),
        message,
      ]),
    )
  })

  test.each(lines)('%s: %s', (file, _line, message) => {
    if (message) expect(reported.get(file)).toMatch(new RegExp(`^${message}`))
    else expect(reported.get(file)).toBeUndefined()
  })
})
