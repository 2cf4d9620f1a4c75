/**
 * Hand-written SQL. A template's text becomes the statement's text, and its values become parameters, so that no value
 * is ever part of the text. `${}` also takes other fragments. (Drizzle's `sql` has the same form, but building the
 * statements of a request with it took as long as all other work on them; see decision 032.)
 */

/** What can be a parameter. The types of other values are not known to the driver. */
export type Parameter = string | number | boolean | null | Date | Uint8Array

/** A piece of SQL: text with values between its parts. */
export class SQL {
  readonly texts: readonly string[]
  readonly values: readonly (SQL | Parameter)[]

  constructor(texts: readonly string[], values: readonly (SQL | Parameter)[]) {
    this.texts = texts
    this.values = values
  }
}

/** A piece of SQL from a template, for example sql`select ${name}::text`. */
export const sql = (texts: TemplateStringsArray, ...values: (SQL | Parameter)[]): SQL => new SQL(texts, values)

/** Text that becomes part of the statement unchanged. Never pass it anything that came with a request. */
sql.raw = (text: string): SQL => new SQL([text], [])

/** A name in quotes. */
sql.identifier = (name: string): SQL => sql.raw(`"${name.replaceAll('"', '""')}"`)

/** Pieces, with a separator between them. */
sql.join = (pieces: readonly (SQL | Parameter)[], separator: string): SQL => {
  if (pieces.length === 0) return sql.raw('')
  return new SQL(['', ...pieces.slice(1).map(() => separator), ''], pieces)
}

/** A statement as the driver takes it: `$1` and so on stand for the parameters. */
export interface Query {
  text: string
  parameters: (string | number | boolean | null | Uint8Array)[]
}

/**
 * Renders a statement. A `Date` that it holds several times is one parameter. So the text depends on the template and on
 * which dates are the same object, never on a value, and the driver prepares it once.
 */
export function render(statement: SQL): Query {
  const query: Query = { text: '', parameters: [] }
  append(statement, query, new Map())
  return query
}

function append({ texts, values }: SQL, query: Query, dates: Map<Date, number>): void {
  query.text += texts[0]
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as SQL | Parameter
    if (value instanceof SQL) append(value, query, dates)
    else query.text += `$${placeOf(value, query.parameters, dates)}`
    query.text += texts[at + 1]
  }
}

/** The number of a parameter, which is added unless it is a date that is there. */
function placeOf(value: Parameter, parameters: Query['parameters'], dates: Map<Date, number>): number {
  if (!(value instanceof Date)) return parameters.push(value)
  const known = dates.get(value)
  if (known !== undefined) return known
  const place = parameters.push(value.toISOString())
  dates.set(value, place)
  return place
}
