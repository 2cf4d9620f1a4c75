import { customType, timestamp } from 'drizzle-orm/pg-core'

/** Raw bytes: digests, never secrets. */
export const bytea = customType<{ data: Buffer; driverData: Buffer }>({
  dataType: () => 'bytea',
})

/** An instant. Every timestamp in this database has a zone. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })
