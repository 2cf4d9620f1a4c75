import { sql } from 'drizzle-orm'
import { customType, pgSchema, timestamp } from 'drizzle-orm/pg-core'

/** All of Latchkey's tables are in this schema, so that they can share a database with another application. */
export const latchkey = pgSchema('latchkey')

/** Raw bytes. This database stores digests, never secrets. */
export const bytea = customType<{ data: Buffer; driverData: Buffer }>({
  dataType: () => 'bytea',
})

/** A point in time. Every timestamp in this database has a time zone. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })

/** The condition of a check: the column has one of these values, which contain no quotes. */
export const oneOf = (column: string, values: readonly string[]) =>
  sql.raw(`${column} in (${values.map((value) => `'${value}'`).join(', ')})`)
