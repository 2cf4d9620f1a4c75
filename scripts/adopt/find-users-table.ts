import { CliError } from '@/scripts/cli-error'
import type { Framework } from './framework'
import type { LiveSchema, Table } from './live-schema'

/**
 * Finds the framework's users table: the one that was asked for, else by name, else by columns.
 * @param asked a name from the command line, `table` or `schema.table`
 * @returns the table, and how it was recognised, as a line for the adopter
 * @throws CliError that says what was looked for and which tables are similar
 */
export function findUsersTable(
  { title, usersTables, recognisedBy }: Framework,
  live: LiveSchema,
  asked?: string,
): { users: Table; how: string } {
  const isUsersTable = ({ columns }: Table) => recognisedBy.every((name) => columns.has(name))
  const columns = recognisedBy.join(', ')

  if (asked) {
    const users = live.find(asked)
    if (!users) throw new CliError(`There is no table ${asked}. ${similarTables(live)}`)
    const missing = recognisedBy.filter((name) => !users.columns.has(name))
    if (missing.length === 0) return { users, how: `users table ${nameOf(users)}, as asked` }
    throw new CliError(
      `${nameOf(users)} has no column ${missing.join(', ')}, which a users table of ${title} has. ` +
        'For a table of your own design, follow docs/adopt/own-table.md.',
    )
  }
  for (const name of usersTables) {
    const users = live.find(name)
    if (users && isUsersTable(users)) return { users, how: `users table ${nameOf(users)}` }
  }
  const [users, ...others] = live.tables.filter(isUsersTable)
  if (users && others.length === 0) {
    return { users, how: `users table ${nameOf(users)}, recognised by its columns ${columns}` }
  }
  const looked = `Looked for the users table of ${title}: ${usersTables.join(', ')}, or a table with the columns ${columns}.`
  if (users) {
    const candidates = [users, ...others].map(nameOf).join(', ')
    throw new CliError(`${looked} These have the columns: ${candidates}. Choose one with --table.`)
  }
  throw new CliError(`${looked} There is none. ${similarTables(live)}`)
}

const nameOf = ({ schema, name }: Table) => `${schema}.${name}`

const MOST_NAMED = 8

/** Tables that may hold people: by their name, or because they have a column for an email address. */
function similarTables({ tables }: LiveSchema) {
  const people = /user|account|member|customer|person|people|login/i
  const similar = tables.filter(({ name, columns }) => people.test(name) || columns.has('email'))
  if (similar.length > 0) {
    const names = similar.slice(0, MOST_NAMED).map(nameOf).join(', ')
    return `Similar tables: ${names}. If one of them holds the users, name it with --table schema.table.`
  }
  return tables.length > 0
    ? `No table has a similar name. Check that the URL leads to the application's database.`
    : `The database has no tables. Check that the URL leads to the application's database.`
}
