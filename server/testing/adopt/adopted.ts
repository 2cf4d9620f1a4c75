import { randomBytes } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'
import postgres from 'postgres'
import { afterAll, inject } from 'vitest'
import type { Framework } from '@/scripts/adopt/framework'
import { generateDirectory } from '@/scripts/adopt/generate-directory'
import type {} from '@/server/testing/global-setup' // the type of what it provides

export type Adopted = Awaited<ReturnType<typeof createAdopted>>

/** The statements of a generated file. psql sends them one by one, as creating an index concurrently needs. */
export const statementsIn = (sql: string): string[] => {
  const [transaction = '', rest = ''] = sql.split(/^commit;$/m)
  return [`${transaction}commit;`, ...rest.split(/;$/m).filter((statement) => /^\w/m.test(statement))]
}

/**
 * Creates a migrated database with the tables of a framework, owned by an owner without special rights, and applies the
 * SQL that `npm run adopt` writes for it. Everything is removed after the last test of the file.
 * @param schema SQL that creates the framework's tables, the name of a file of this folder, or a function that runs the
 *   framework's own migrations as the owner
 * @param people SQL that inserts people
 */
export async function createAdopted(
  framework: Framework,
  {
    schema = `${framework.name}.sql`,
    people = '',
    table,
  }: { schema?: string | ((ownerUrl: string) => Promise<void>); people?: string; table?: string } = {},
) {
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
  await root.unsafe(`create role ${ownerName} login password '${ownerName}' bypassrls`)
  await root.unsafe(`create role ${roleName} login password '${roleName}'`)
  await root.unsafe(`create database ${database}`)
  const admin = postgres(urlFor(), { max: 1, onnotice: () => {} })
  // The owner of the application has run the migrations, so Latchkey's tables are the owner's too.
  await admin.unsafe(`
    alter database ${database} owner to ${ownerName};
    grant all on schema public to ${ownerName};
    do $$ declare item record; begin
      for item in select format('alter schema %I owner to ${ownerName}', nspname) as run from pg_namespace
                  where nspname in ('latchkey', 'drizzle') loop execute item.run; end loop;
      for item in select format('alter table %I.%I owner to ${ownerName}', schemaname, tablename) as run from pg_tables
                  where schemaname in ('latchkey', 'drizzle') loop execute item.run; end loop;
      for item in select format('alter view %I.%I owner to ${ownerName}', schemaname, viewname) as run from pg_views
                  where schemaname = 'latchkey' loop execute item.run; end loop;
      for item in select format('alter routine %s owner to ${ownerName}', p.oid::regprocedure) as run from pg_proc p
                  where pronamespace = (select oid from pg_namespace where nspname = 'latchkey') loop execute item.run; end loop;
    end $$`)
  await admin.end()

  /** The owner of the application's tables. */
  const owner = postgres(urlFor(ownerName), { max: 1, onnotice: () => {} })
  if (typeof schema === 'function') await schema(urlFor(ownerName))
  else if (!schema.endsWith('.sql')) await owner.unsafe(schema)
  else await owner.unsafe(await fs.readFile(path.join(import.meta.dirname, schema), 'utf8'))
  await owner.unsafe(people)
  const generate = () => generateDirectory(urlFor(ownerName), framework, { role: roleName, table })
  const generated = await generate()
  const apply = async () => {
    for (const statement of statementsIn(generated.sql)) await owner.unsafe(statement)
  }
  await apply()
  /** The role of Latchkey's servers. */
  const role = postgres(urlFor(roleName), { max: 4, onnotice: () => {} })

  afterAll(async () => {
    await Promise.all([owner.end(), role.end()])
    await root.unsafe(`drop database ${database} with (force)`)
    await root.unsafe(`drop role ${ownerName}, ${roleName}`)
    await root.end()
  })
  return {
    framework,
    generated,
    generate,
    apply,
    owner,
    role,
    roleName,
    url: urlFor(roleName),
    ownerUrl: urlFor(ownerName),
  }
}
