import { randomBytes } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import postgres from 'postgres'
import { afterAll, inject } from 'vitest'
import type { Framework } from '@/scripts/adopt/framework'
import { generateDirectory } from '@/scripts/adopt/generate-directory'
import type {} from '@/server/testing/global-setup' // the type of what it provides

export type ApplicationDatabase = Awaited<ReturnType<typeof createApplicationDatabase>>
export type Adopted = Awaited<ReturnType<typeof createAdopted>>

/**
 * Creates a migrated database that belongs to an application's owner, without special rights, and a role for Latchkey's
 * servers. It is removed with its roles after the last test of the file.
 */
export async function createApplicationDatabase() {
  const server = inject('postgres')
  const id = randomBytes(6).toString('hex')
  const [database, ownerName, roleName] = [`adopt_${id}`, `owner_${id}`, `latchkey_${id}`]
  const urlFor = (role?: string) => {
    const url = new URL(server.url)
    url.pathname = database
    if (role) Object.assign(url, { username: role, password: role })
    return url.href
  }
  const root = postgres(server.url, { max: 1, onnotice: () => {} })
  for (const name of [ownerName, roleName]) await root.unsafe(`create role ${name} login password '${name}'`)
  await root.unsafe(`create database ${database} template ${server.templates.own}`)
  const admin = postgres(urlFor(), { max: 1, onnotice: () => {} })
  await admin.unsafe(GIVE_ALL_TO.replaceAll('$owner', ownerName).replaceAll('$database', database))
  await admin.end()

  /** The owner of the application's tables, who has also run Latchkey's migrations. */
  const owner = postgres(urlFor(ownerName), { max: 1, onnotice: () => {} })
  /** The role of Latchkey's servers. */
  const role = postgres(urlFor(roleName), { max: 4, onnotice: () => {} })
  afterAll(async () => {
    await Promise.all([owner.end(), role.end()])
    await root.unsafe(`drop database ${database} with (force)`)
    await root.unsafe(`drop role if exists ${ownerName}, ${roleName}`)
    await root.end()
  })
  return { owner, role, roleName, ownerUrl: urlFor(ownerName), roleUrl: urlFor(roleName) }
}

/** The test server's template belongs to its superuser. */
const GIVE_ALL_TO = `
alter database $database owner to $owner;
grant all on schema public to $owner;
do $$ declare item record; begin
  for item in
    select format('alter schema %I owner to $owner', nspname) as run from pg_namespace where nspname in ('latchkey', 'drizzle')
    union all select format('alter table %s owner to $owner', oid::regclass) from pg_class
      where relkind in ('r', 'v') and relnamespace::regnamespace::text in ('latchkey', 'drizzle')
    union all select format('alter routine %s owner to $owner', oid::regprocedure) from pg_proc
      where pronamespace::regnamespace::text = 'latchkey'
  loop execute item.run; end loop;
end $$`

/** The statements of a generated file. An index cannot be built concurrently together with another statement. */
const statementsIn = (sql: string): string[] => {
  const [transaction = '', rest = ''] = sql.split(/^commit;$/m)
  return [`${transaction}commit;`, ...rest.split(/;$/m).filter((statement) => /^\w/m.test(statement))]
}

/** Runs `npm run adopt` against the database of an application, and applies its SQL as the owner of the tables. */
export async function adopt(database: ApplicationDatabase, framework: Framework, table?: string) {
  const generate = () => generateDirectory(database.ownerUrl, framework, { role: database.roleName, table })
  const generated = await generate()
  const apply = async () => {
    for (const statement of statementsIn(generated.sql)) await database.owner.unsafe(statement)
  }
  await apply()
  return { ...database, framework, generated, generate, apply }
}

interface Application {
  /** SQL that creates the framework's tables, or a function that runs the framework's own migrations as the owner. */
  schema?: string | ((ownerUrl: string) => Promise<void>)
  /** SQL that inserts people. */
  people?: string
  /** The users table, where it cannot be recognised. */
  table?: string
}

/**
 * Creates the database of an application with the tables of a framework, and connects Latchkey to it. Without a schema,
 * the tables are those of this folder's file of the framework's name.
 */
export async function createAdopted(framework: Framework, { schema, people = '', table }: Application = {}) {
  const file = path.join(import.meta.dirname, `${framework.name}.sql`)
  const database = await createApplicationDatabase()
  if (typeof schema === 'function') await schema(database.ownerUrl)
  else await database.owner.unsafe(schema ?? (await fs.readFile(file, 'utf8')))
  await database.owner.unsafe(people)
  return adopt(database, framework, table)
}
