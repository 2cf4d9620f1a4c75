import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ROOT } from './environment'

/** A line in a file of some folder, and the beginning of what the linter says to it. */
type Planted = [file: string, line: string, says: string]

const forbidden: Planted[] = [
  ['app/some/form.tsx', "import '../_components/field'", 'Another folder is imported as'],
  ['app/some/form.tsx', "import '@/server/db/client'", 'A component imports'],
  ['app/some/form.tsx', "import '@/server/env'", 'A component imports'],
  ['app/some/form.tsx', "import '@/server/recovery/request-reset'", 'A component imports'],
  ['app/some/form.tsx', "import '@/app/_trpc/server'", 'A component imports'],
  ['app/some/form.tsx', "import { createCaller } from '@/server/api/root'", 'A component imports types alone'],
  ['app/some/form.tsx', "import 'drizzle-orm'", 'A component may run in a browser'],
  ['app/some/form.tsx', "import 'node:crypto'", 'A component may run in a browser'],
  ['app/some/page.tsx', "import '@/server/db/client'", 'A page reads through'],
  ['app/some/page.tsx', "import '@/server/mail/transports/mailbox'", 'A page reads through'],
  ['app/some/page.tsx', "import 'drizzle-orm/pg-core'", 'A page reads through'],
  ['app/dev/mailbox/page.tsx', "import '@/server/mail/outbox'", "The mailbox's pages"],
  ['app/api/some/route.ts', "export { GET } from '@/server/recovery/request-reset'", 'A route re-exports'],
  ['app/api/some/route.ts', "import 'next/server'", 'A route re-exports'],
  ['app/_trpc/server.tsx', "import '@/server/recovery/request-reset'", "The server's caller"],
  ['server/api/some.ts', "import '@/server/contracts/some/handlers'", 'The tRPC adapter'],
  ['server/api/some.ts', "import '@/server/db/client'", 'The tRPC adapter'],
  ['server/api/some.ts', "import '@/server/mail/outbox'", 'The tRPC adapter'],
  ['server/api/some.ts', "import 'drizzle-orm'", 'An adapter calls a verb'],
  ['server/contracts/some/handlers.ts', "import '@/server/api/trpc'", 'A contract imports'],
  ['server/contracts/some/handlers.ts', "import '@/server/contracts/other/handlers'", 'A contract imports'],
  ['server/contracts/some/handlers.ts', "import 'drizzle-orm'", 'An adapter calls a verb'],
  ['server/recovery/some.ts', "import '@/server/api/root'", 'The core imports'],
  ['server/recovery/some.ts', "import '@/server/env'", 'The core imports'],
  ['server/recovery/some.ts', "import '@/server/mail/worker'", 'The core imports'],
  ['server/recovery/some.ts', "import 'next/headers'", 'The core knows nothing'],
  ['server/recovery/some.ts', "import 'react'", 'The core knows nothing'],
  ['server/recovery/some.ts', "import '@trpc/server'", 'The core knows nothing'],
  ['server/accounts/some.ts', "import '@/server/recovery/request-reset'", 'Accounts import'],
  ['server/accounts/some.ts', "import '@/server/mail/outbox'", 'Accounts import'],
  ['server/mail/some.ts', "import '@/server/recovery/compose-emails'", 'Mail imports'],
  ['server/mail/some.ts', "import '@/server/accounts/find-account'", 'Mail imports'],
  ['server/limits/some.ts', "import '@/server/core/context'", 'What everybody imports'],
  ['server/db/some.ts', "import '@/server/limits/counter'", 'What everybody imports'],
  ['messages/some.ts', "import '@/server/db/client'", 'Messages import'],
  ['server/recovery/some.ts', 'export const url = process.env.DATABASE_URL', "Don't use process.env"],
]

const allowed: [file: string, line: string][] = [
  ['app/some/form.tsx', "import { trpc } from '@/app/_trpc/client'"],
  ['app/some/form.tsx', "import { identifierSchema } from '@/server/core/schemas'"],
  ['app/some/form.tsx', "import type { AppRouter } from '@/server/api/root'"],
  ['app/some/form.tsx', "import { messages } from '@/messages/en'"],
  ['app/some/page.tsx', "import { api } from '@/app/_trpc/server'"],
  ['app/dev/mailbox/page.tsx', "import { readEmail } from '@/server/mail/transports/mailbox'"],
  ['app/api/some/route.ts', "export { POST } from '@/server/contracts/some/handlers'"],
  ['app/healthz/route.ts', "export { healthz as GET } from '@/server/http/health'"],
  ['server/api/some.ts', "import '@/server/recovery/request-reset'"],
  ['server/contracts/some/handlers.ts', "import { schema } from './schema'"],
  ['server/recovery/some.ts', "import { enqueue } from '@/server/mail/outbox'"],
  ['server/mail/some.ts', "import { createDatabase } from '@/server/db/client'"],
  ['server/env.ts', 'export const url = process.env.DATABASE_URL'],
]

describe('who may import what', () => {
  let folder: string
  let said: Map<string, string>
  // Every case in a folder of its own, so that one run of the linter sees them all.
  const place = (kind: string, index: number, file: string) => path.join(`${kind}-${index}`, file)

  beforeAll(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'latchkey-rules-'))
    said = await lint(folder, [
      ...forbidden.map(([file, line], index) => [place('forbidden', index, file), line] as const),
      ...allowed.map(([file, line], index) => [place('allowed', index, file), line] as const),
    ])
  })
  afterAll(() => fs.rm(folder, { recursive: true }))

  test.each(forbidden.map((planted, index) => [...planted, index] as const))(
    '%s refuses: %s',
    (file, _line, says, index) => {
      expect(said.get(place('forbidden', index, file))).toMatch(new RegExp(`^${says}`))
    },
  )

  test.each(allowed.map((planted, index) => [...planted, index] as const))('%s accepts: %s', (file, _line, index) => {
    expect(said.get(place('allowed', index, file))).toBeUndefined()
  })
})

/** Lints files with this repository's rules, each case's folder being a repository; file → what was said of it. */
async function lint(folder: string, files: (readonly [file: string, line: string])[]) {
  const config = JSON.parse(await fs.readFile(path.join(ROOT, 'biome.json'), 'utf8'))
  for (const override of config.overrides) override.includes = override.includes.map((glob: string) => `*/${glob}`)
  await fs.writeFile(path.join(folder, 'biome.json'), JSON.stringify({ ...config, $schema: undefined, vcs: undefined }))
  for (const [file, line] of files) {
    await fs.mkdir(path.join(folder, path.dirname(file)), { recursive: true })
    await fs.writeFile(path.join(folder, file), `${line}\n`)
  }
  const rules = ['style/noRestrictedImports', 'style/noProcessEnv'].map((rule) => `--only=${rule}`)
  const args = ['lint', ...rules, '--max-diagnostics=none', '--reporter=github', '.']
  // The linter fails when it finds something, which is what is asked of it.
  const { stdout } = await promisify(execFile)(path.join(ROOT, 'node_modules', '.bin', 'biome'), args, {
    cwd: folder,
  }).catch((error: { stdout: string }) => error)
  const found = stdout.matchAll(/^::error .*file=([^,]+),.*?::(.*)$/gm)
  return new Map(
    [...found].map(([, file = '', message = '']) => [path.relative(folder, path.resolve(folder, file)), message]),
  )
}
