import type { Column, LiveSchema, Table } from './live-schema'
import { deleteCounted, idAs } from './sql-parts'

/** The column of this name, in camel case or in snake case, as object mappers write it. */
export const camelOrSnake = ({ columns }: Table, camel: string): Column | undefined =>
  columns.get(camel) ?? columns.get(camel.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`))

/** A table that belongs to the users table, with the columns that were asked for. */
export interface RelatedTable<Name extends string> {
  table: Table
  columns: Record<Name, Column>
}

/**
 * Finds a table by its columns, because object mappers name tables freely. One in the schema of the users table comes
 * first.
 * @param names columns that it must have, in camel case; the live names may be in snake case
 */
export function relatedTable<Name extends string>(
  { tables }: LiveSchema,
  users: Table,
  names: readonly Name[],
): RelatedTable<Name> | undefined {
  const nearest = tables.toSorted((a, b) => Number(b.schema === users.schema) - Number(a.schema === users.schema))
  for (const table of nearest) {
    const columns = names.flatMap((name) => camelOrSnake(table, name) ?? [])
    if (table === users || columns.length < names.length) continue
    return { table, columns: Object.fromEntries(names.map((name, n) => [name, columns[n]])) as Record<Name, Column> }
  }
  return undefined
}

/** A statement that deletes the rows of one account from a table, if there is the table, and returns their number. */
export function deleteOfUser(related: RelatedTable<'userId'> | undefined, id: Column): string {
  if (!related) return deleteCounted([])
  const { userId } = related.columns
  return deleteCounted([{ from: related.table.sql, where: `${userId.sql} = ${idAs(userId, id)}`, counted: true }])
}
