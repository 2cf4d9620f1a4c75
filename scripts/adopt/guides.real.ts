import fs from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import type { RecoveryPolicy } from '@/server/core/context'
import { type ApplicationDatabase, createApplicationDatabase } from '@/server/testing/adopt/adopted'
import { betterAuthSchema } from '@/server/testing/adopt/better-auth'
import { createGuideShell, readGuide } from '@/server/testing/adopt/guide'
import { createRecovery } from '@/server/testing/adopt/recovery'

const EMAIL = 'jo@example.com'

interface Guide {
  name: string
  /** The tables that the guide is about; by default those of `server/testing/adopt/<name>.sql`. */
  tables?: (database: ApplicationDatabase) => Promise<string>
  /** SQL that inserts a person who has a password. */
  person: string
}

const GUIDES: Guide[] = [
  {
    name: 'django',
    person: `insert into auth_user
      (username, email, password, first_name, last_name, is_active, is_staff, is_superuser, date_joined)
      values ('jo', '${EMAIL}', 'pbkdf2_sha256$1$a$b', 'Jo', 'Example', true, false, false, now())`,
  },
  {
    name: 'devise',
    person: `insert into users (email, encrypted_password, created_at, updated_at)
      values ('${EMAIL}', '$2a$12$old', now(), now())`,
  },
  {
    name: 'laravel',
    person: `insert into users (name, email, password) values ('Jo Example', '${EMAIL}', '$2y$12$old')`,
  },
  {
    name: 'better-auth',
    tables: (database) => betterAuthSchema(database.ownerUrl),
    person: `insert into "user" (id, name, email, "emailVerified") values ('jo', 'Jo Example', '${EMAIL}', true);
      insert into account (id, "accountId", "providerId", "userId", password, "updatedAt")
      values ('1', 'jo', 'credential', 'jo', '${'0'.repeat(32)}:${'0'.repeat(128)}', now())`,
  },
  {
    name: 'supabase',
    person: `insert into auth.users (id, email, encrypted_password)
      values (gen_random_uuid(), '${EMAIL}', '$2a$10$old')`,
  },
  {
    name: 'authjs',
    person: `insert into users (name, email, password) values ('Jo Example', '${EMAIL}', '$2a$10$old')`,
  },
  {
    name: 'own-table',
    tables: async () => (await readGuide('own-table')).blocks('sql')[0] ?? '',
    person: `insert into customers (mail, login, pw_hash) values ('${EMAIL}', 'jo', '$2a$10$old')`,
  },
]

const guides: (Guide & { database: ApplicationDatabase })[] = []
for (const guide of GUIDES) guides.push({ ...guide, database: await createApplicationDatabase() })

describe.each(guides)('the guide $name', ({ name, tables, person, database }) => {
  test('every command works, and then a person gets a new password', async () => {
    const { owner, role } = database
    await owner.unsafe((await tables?.(database)) ?? (await fs.readFile(`server/testing/adopt/${name}.sql`, 'utf8')))
    await owner.unsafe(person)
    const { blocks, commands, settings } = await readGuide(name)
    expect(commands.length).toBeGreaterThan(2)

    const shell = await createGuideShell(database, settings)
    const [, ownDirectory] = blocks('sql')
    if (ownDirectory) await shell.save(ownDirectory)
    for (const block of commands) await shell.run(block)

    const storedHash = async () => {
      const [row] = await role`select password_hash as hash from latchkey.accounts where email = ${EMAIL}`
      return row?.hash
    }
    const old = await storedHash()
    const passwordHash = settings.PASSWORD_HASH as RecoveryPolicy['passwordHash']
    await createRecovery(database, { passwordHash }).byLink(EMAIL, 'a new and long passphrase')
    expect(await storedHash()).toBeTruthy()
    expect(await storedHash()).not.toBe(old)
  })
})

test('every guide is tested', async () => {
  const pages = (await fs.readdir('docs/adopt')).filter((page) => page !== 'README.md')
  expect(GUIDES.map(({ name }) => `${name}.md`).sort()).toEqual(pages.sort())
})
