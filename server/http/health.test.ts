import { sql } from 'drizzle-orm'
import { beforeEach, expect, it, vi } from 'vitest'
import { createTestDatabase } from '@/server/testing/database'
import { readyz } from './health'

const { db, url } = await createTestDatabase()
beforeEach(() => {
  vi.stubEnv('DATABASE_URL', url)
  vi.stubEnv('EMBEDDED_DATABASE', '1')
})

const answer = async () => {
  const response = await readyz()
  return { status: response.status, text: await response.text() }
}

it('a server is ready on a database that a newer version has migrated', async () => {
  expect(await answer()).toEqual({ status: 200, text: 'ready\n' })
  await db.execute(sql`insert into latchkey.migrations (hash, created_at) values ('newer', 9000000000000)`)
  expect(await answer()).toEqual({ status: 200, text: 'ready\n' })
})

it('a server is not ready while one of its own migrations is missing, however many others there are', async () => {
  await db.execute(sql`
    delete from latchkey.migrations where created_at = (select min(created_at) from latchkey.migrations)`)
  expect(await answer()).toEqual({ status: 503, text: 'migrations are missing\n' })
})
