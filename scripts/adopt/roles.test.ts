import postgres from 'postgres'
import { expect, inject, test } from 'vitest'
import { adopt, createAdopted, createApplicationDatabase } from '@/server/testing/adopt/adopted'
import { readGuide } from '@/server/testing/adopt/guide'
import { createRecovery } from '@/server/testing/adopt/recovery'
import { laravel } from './laravel'

const EMAIL = 'jo@example.com'
const USERS = `
create table users (id bigserial primary key, email text not null, password text, remember_token text);
insert into users (email, password) values ('${EMAIL}', '$2y$12$old')`

const kept = await createAdopted(laravel, { schema: USERS })
const removed = await createAdopted(laravel, { schema: USERS })
const ownRole = await createApplicationDatabase()

/** A connection of the superuser to a database. */
async function asSuperuser(database: { ownerUrl: string }, statements: string) {
  const url = new URL(inject('postgres').url)
  url.pathname = new URL(database.ownerUrl).pathname
  const superuser = postgres(url.href, { max: 1, onnotice: () => {} })
  await superuser.unsafe(statements).finally(() => superuser.end())
}

test('what the overview says about undoing leaves the users, and nothing that the role depends on', async () => {
  const { blocks } = await readGuide('README')
  const [everything = '', directory = ''] = blocks('sql')
  await kept.owner.unsafe(directory)
  const [{ tokens } = {}] = await kept.owner`select count(*)::int as tokens from latchkey.password_reset_tokens`
  expect(tokens).toBe(0)
  await removed.role.end()
  await asSuperuser(removed, everything.replace('drop role latchkey;', `drop role ${removed.roleName};`))
  expect(await removed.owner`select email from users`).toEqual([{ email: EMAIL }])
  expect(await removed.owner`select 1 from pg_roles where rolname = ${removed.roleName}`).toEqual([])
})

test('where no role can be created, the owner itself serves', async () => {
  await ownRole.owner.unsafe(USERS)
  const roleName = new URL(ownRole.ownerUrl).username
  await adopt({ ...ownRole, roleName }, laravel)
  const recovery = createRecovery({ ...ownRole, roleUrl: ownRole.ownerUrl }, { passwordHash: 'bcrypt' })
  await recovery.byLink(EMAIL, 'a passphrase of jo')
  const [user] = await ownRole.owner`select password from users`
  expect(user?.password).not.toBe('$2y$12$old')
})
