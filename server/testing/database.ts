import { randomBytes } from 'node:crypto'
import postgres from 'postgres'
import { afterAll, inject } from 'vitest'
import { createDatabase } from '@/server/db/client'
import type {} from './global-setup' // the type of what it provides

/**
 * Makes a migrated, empty database for this test file; call it at the top of the file:
 * `const { db, url } = await createTestDatabase()`. It is dropped after the file's last test.
 */
export async function createTestDatabase(options: Parameters<typeof createDatabase>[1] = {}) {
  const name = `test_${randomBytes(8).toString('hex')}`
  const server = inject('postgres')
  const url = new URL(server.url)
  const run = async (statement: string) => {
    const sql = postgres(server.url, { max: 1, onnotice: () => {} })
    await sql.unsafe(statement).finally(() => sql.end())
  }
  await run(`create database ${name} template ${server.template}`)
  url.pathname = name
  const { db, close } = createDatabase(url.href, options)
  afterAll(async () => {
    await close()
    await run(`drop database ${name} with (force)`)
  })
  return { db, url: url.href, name }
}
