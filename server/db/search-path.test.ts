import postgres from 'postgres'
import { afterAll, expect, it } from 'vitest'
import { createTestDatabase } from '@/server/testing/database'
import { createRecoveryFixture } from '@/server/testing/recovery-fixture'
import { createDatabase, runStatement } from './client'
import { sql } from './sql'

const { directUrl } = await createTestDatabase()
const { db, close } = createDatabase(directUrl)
const other = postgres(directUrl, { max: 1, onnotice: () => {} })
afterAll(async () => void (await Promise.all([close(), other.end()])))

// Behind a pooler in transaction mode, no connection may bring settings. `npm run doctor` checks the role's there.
it('functions that another role creates in the schema public are never called (CVE-2018-1058)', async () => {
  await other.unsafe(`
    create table public.called (name text);
    create function public.concat_ws(text, text, text, text) returns text language sql as
      $$ insert into public.called values ('concat_ws') returning name $$`)
  const fixture = createRecoveryFixture(db)
  await fixture.mailedLink(await fixture.account())
  expect([...(await other`select name from public.called`)]).toEqual([])
  expect(await runStatement(db, sql`select current_setting('search_path') as path`)).toEqual([
    { path: 'pg_catalog, pg_temp' },
  ])
})
