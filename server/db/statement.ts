import { type SQL, sql } from './sql'

/**
 * One step of a long statement: a common table expression (CTE). In a template it is the CTE's name, so a later
 * step reads from it by `from ${earlier}`. All steps see the tables as they were before the statement.
 */
export type Step = SQL & { definition: SQL }

/** A step under this name, which says what its rows are. A step that writes runs even if nothing reads from it. */
export const step = (name: string, query: SQL): Step => define(name, query, '')

/** A step that PostgreSQL must run by itself, once, instead of merging it into the steps that read from it. */
export const materializedStep = (name: string, query: SQL): Step => define(name, query, 'materialized ')

const define = (name: string, query: SQL, how: '' | 'materialized '): Step =>
  Object.assign(sql.raw(name), { definition: sql`${sql.raw(name)} as ${sql.raw(how)}(${query})` })

/** A statement from its steps, in their order, and the query that answers it. */
export function statementOf(steps: Step[], query: SQL): SQL {
  const definitions = steps.map((each) => each.definition)
  return sql`with ${sql.join(definitions, ', ')} ${query}`
}
