import { createDatabase } from '@/server/db/client'
import { findUsersTable } from './find-users-table'
import type { Framework, Plan } from './framework'
import { type LiveSchema, readLiveSchema, type Table } from './live-schema'
import { literal, requireColumn } from './sql-parts'
import { writeSql } from './write-sql'

export interface Generated {
  /** The text of the SQL file. */
  sql: string
  plan: Plan
  /** The role of Latchkey's servers does not exist yet. */
  roleIsMissing: boolean
}

/**
 * Inspects a database and writes the SQL that connects Latchkey to the framework's users table. Changes nothing.
 * @param url a connection that may read the users table
 * @param options.table the users table, where it cannot be recognised; `table` or `schema.table`
 * @param options.role the role of Latchkey's servers
 * @throws CliError when the tables or columns are not there; the driver's error when the database refuses
 */
export async function generateDirectory(
  url: string,
  framework: Framework,
  options: { table?: string; role?: string } = {},
): Promise<Generated> {
  const { table, role = 'latchkey' } = options
  // Everything happens in one transaction, so it works behind a pooler too.
  const { db, close } = createDatabase(url, { maxConnections: 1, pooling: 'transaction' })
  try {
    return await db.$client.begin('read only', async (sql) => {
      const live = await readLiveSchema(sql)
      const { users, how } = findUsersTable(framework, live, table)
      const plan = await framework.plan(live, users)
      plan.found.unshift(users.rows === null ? how : `${how}, about ${users.rows} rows`)
      if (users.rowSecurity) {
        plan.assumed.push('Row-level security is on: the role that applies this file owns the table or has bypassrls.')
      }
      const id = requireColumn(users, plan.columns.id)
      const missingIndexes = await findMissingIndexes(live, users, plan)
      for (const { expression } of missingIndexes) plan.found.push(`no index on ${expression}: the file creates it`)
      const foreign = missingIndexes.find(({ table }) => !table.owned)
      if (foreign)
        plan.assumed.push(`The file is applied by a member of ${foreign.table.owner}, who owns ${foreign.table.sql}.`)
      const given = [...(table ? [`--table ${table}`] : []), ...(options.role ? [`--role ${role}`] : [])]
      const command = ['npm run adopt --', framework.name, ...given].join(' ')
      const [quoted] = await live.rows<{ role: string }>(`select quote_ident(${literal(role)}) as role`)
      const directory = { title: framework.title, command, users, id, plan, missingIndexes, role: quoted?.role ?? role }
      return { sql: writeSql(directory), plan, roleIsMissing: !(await live.hasRole(role)) }
    })
  } finally {
    await close()
  }
}

/** Latchkey looks accounts up by id, by email and by username. */
async function findMissingIndexes(live: LiveSchema, users: Table, { columns, indexes = [] }: Plan) {
  const folded = (sql: string) => `lower(${sql.replace(/^u\./, '')} collate "C")`
  const names = [columns.email, columns.username?.sql].filter((sql) => sql?.startsWith('u.')) as string[]
  const wanted = [
    { table: users, expression: requireColumn(users, columns.id).sql },
    ...names.map((sql) => ({ table: users, expression: folded(sql) })),
    ...indexes,
  ]
  const missing = []
  for (const index of wanted) {
    if (!(await live.hasIndex(index.table, index.expression))) missing.push(index)
  }
  return missing
}
