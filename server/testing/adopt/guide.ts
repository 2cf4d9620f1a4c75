import { once } from 'node:events'
import fs from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { execa } from 'execa'
import { afterAll } from 'vitest'
import { ROOT } from '@/scripts/environment'
import type { ApplicationDatabase } from './adopted'

/** What a guide's commands and settings contain that is the reader's own. */
const OWNERS_URL = 'postgres://owner:password@db.example.com:5432/app'
const ROLES_URL = 'postgres://latchkey:a-password-of-your-own@db.example.com:5432/app'
const ROLES_PASSWORD = 'a-password-of-your-own'

/** Reads a guide of `docs/adopt/`, and does what it says on a database. */
export async function readGuide(name: string) {
  const text = await fs.readFile(path.join(ROOT, 'docs', 'adopt', `${name}.md`), 'utf8')
  /** The contents of the code blocks of a language. */
  const blocks = (language: string) =>
    [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].flatMap(([, of, block]) => (of === language ? [block ?? ''] : []))
  return { text, blocks, commands: blocks('sh'), settings: parseSettings(blocks('ini').join('\n')) }
}

const parseSettings = (text: string) =>
  Object.fromEntries(
    text.split('\n').flatMap((line) => [...line.matchAll(/^([A-Z_]+)=(.*)$/g)].map((m) => [m[1], m[2]])),
  )

/**
 * A shell that runs the blocks of commands of a guide, one after the other, with the guide's settings. The reader's own
 * values are replaced: the addresses, the file `latchkey.sql`, and the role, because roles are shared by all databases.
 */
export async function createGuideShell(database: ApplicationDatabase, settings: Record<string, string>) {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'latchkey-guide-'))
  afterAll(() => fs.rm(folder, { recursive: true }))
  const file = path.join(folder, 'latchkey.sql')
  const { roleName } = database
  const replaced = (text: string) =>
    text
      .replaceAll(OWNERS_URL, database.ownerUrl)
      .replaceAll(ROLES_URL, database.roleUrl)
      // The role of the database exists already: its password is set instead.
      .replace(`create role latchkey login password '${ROLES_PASSWORD}'`, 'select 1')
      .replaceAll(/\blatchkey\.sql\b/g, file)
      .replaceAll(/^(npm run adopt -- .*)$/gm, `$1 --role ${roleName}`)
  const env = {
    // Each block runs in a shell of its own, without what an earlier one exported.
    DATABASE_DIRECT_URL: database.ownerUrl,
    ...Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, replaced(value)])),
    APP_SECRET: 'q3vN8xZt5LrB0cYw2KfUa7Gm4Pd9HsJe',
    RESEND_API_KEY: 're_123456789',
    RESEND_BASE_URL: await serveDomains(),
  }
  return {
    /** Saves a block of SQL as `latchkey.sql`. */
    save: (sql: string) => fs.writeFile(file, sql.replaceAll(/\b(to|public,) latchkey;/g, `$1 ${roleName};`)),
    /** Runs a block of commands in the clone, and returns what it printed. It rejects when a command fails. */
    run: async (block: string) =>
      (await execa('bash', ['-euo', 'pipefail', '-c', replaced(block)], { cwd: ROOT, env, all: true })).all,
  }
}

/** The one answer of Resend that a guide's commands ask for: the sender's domain is verified. */
async function serveDomains() {
  const domains = JSON.stringify({ object: 'list', data: [{ id: 'd', name: 'example.com', status: 'verified' }] })
  const server = createServer((_request, response) =>
    response.setHeader('content-type', 'application/json').end(domains),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  afterAll(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
