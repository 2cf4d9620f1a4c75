import { sql } from 'drizzle-orm'
import { check, index, integer, pgTable, text } from 'drizzle-orm/pg-core'
import { instant } from './columns'

/** One row a counter, shared by every instance: how often something was done in the present window. */
export const rateLimits = pgTable(
  'rate_limits',
  {
    /** Action, subject and its value; identifiers stand here as keyed digests only. */
    bucket: text('bucket').primaryKey(),
    count: integer('count').notNull(),
    expiresAt: instant('expires_at').notNull(),
  },
  (t) => [
    // The cleaner: counters whose window is over.
    index('rate_limits_expires_idx').on(t.expiresAt),
    check('rate_limits_count_is_positive', sql`${t.count} > 0`),
  ],
)
