import { CliError } from '@/scripts/cli-error'
import type { ViewColumn } from './framework'
import type { Column, Table } from './live-schema'

/**
 * The column of this name.
 * @throws CliError when the table has none
 */
export function requireColumn(table: Table, name: string): Column {
  const column = table.columns.get(name)
  if (column) return column
  throw new CliError(
    `${table.schema}.${table.name} has no column ${name}. Describe the table by hand, as docs/adopt/own-table.md shows.`,
  )
}

/** A column of the users table as text. Types such as `citext` need a cast, so that comparisons fold ASCII only. */
export const textColumn = ({ sql, type }: Column): ViewColumn => ({
  sql: type === 'text' || type === 'character varying' ? `u.${sql}` : `u.${sql}::text`,
})

/** The first of these columns that the users table has, as text. */
export function firstColumn(users: Table, ...names: string[]): ViewColumn | undefined {
  const column = names.map((name) => users.columns.get(name)).find((column) => column !== undefined)
  return column && textColumn(column)
}

/** Columns that hold when an account was closed, in snake case. */
const ENDED_AT = [
  'deleted_at',
  'discarded_at',
  'deactivated_at',
  'disabled_at',
  'suspended_at',
  'banned_at',
  'archived_at',
]

/** Conditions on a row of the users table: the account was not closed. Empty where no column says so. */
export const notEnded = (users: Table): string[] =>
  ENDED_AT.flatMap((name) => [name, name.replace('_at', 'At')])
    .flatMap((name) => users.columns.get(name) ?? [])
    .map(({ sql }) => `u.${sql} is null`)

/** A value as an SQL literal. */
export const literal = (value: string) => `'${value.replaceAll("'", "''")}'`

/** The account's id, `$1`, as a value for a column whose type may differ from that of the users table's key. */
export const idAs = (column: Column, id: Column) => (column.type === id.type ? '$1' : `$1::${column.type}`)

/**
 * Updates one row of the users table.
 * @param assignments for example `password = $2`
 * @returns a statement whose result is true when there was such a row
 */
export const updateOne = (users: Table, id: Column, assignments: string[]) =>
  `with changed as (
  update ${users.sql}
  set ${assignments.join(',\n      ')}
  where ${id.sql} = $1
  returning 1
)
select exists (select from changed)`

/**
 * Deletes rows from several tables.
 * @param deletions what is deleted from where, for example `{ from: 'public.sessions', where: 'user_id = $1' }`
 * @returns a statement whose result is the number of rows of those with `counted`, 0 when there are none
 */
export function deleteCounted(deletions: { from: string; where: string; counted: boolean }[]): string {
  if (deletions.length === 0) return 'select 0'
  const parts = deletions.map(
    ({ from, where }, n) => `deleted_${n + 1} as (\n  delete from ${from}\n  where ${where}\n  returning 1\n)`,
  )
  const counts = deletions.flatMap(({ counted }, n) => (counted ? [`(select count(*) from deleted_${n + 1})`] : []))
  const sum = counts.length > 1 ? `(${counts.join(' + ')})` : (counts[0] ?? '0')
  return `with ${parts.join(', ')}\nselect ${sum}::integer`
}

/** Providers whose names are not simply capitalised. */
const PROVIDER_NAMES: Record<string, string> = {
  azure: 'Microsoft',
  github: 'GitHub',
  gitlab: 'GitLab',
  google_oauth2: 'Google',
  linkedin: 'LinkedIn',
  linkedin_oidc: 'LinkedIn',
}

/** The name of an identity provider as people know it, from the expression that holds the framework's name for it. */
export function providerName(expression: string): string {
  const cases = Object.entries(PROVIDER_NAMES).map(([id, name]) => `  when ${literal(id)} then ${literal(name)}`)
  return `case ${expression}\n${cases.join('\n')}\n  else initcap(${expression})\nend`
}

/** Indents every line but the first, for an expression inside another one. */
export const indented = (sql: string, spaces: number): string => sql.replaceAll('\n', `\n${' '.repeat(spaces)}`)
